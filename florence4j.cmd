@echo off
rem florence4j for Windows: builds the command on first use, then runs it. UNTESTED: written without a Windows machine.
rem Changed sources are not noticed: delete cli\target\launcher.built to build again.
rem   FLORENCE4J_JAVA_OPTS   more JVM flags, last and so stronger than those below (-Xmx4g)
setlocal
set "ROOT=%~dp0"
set "JAR=%ROOT%cli\target\florence4j-cli.jar"
set "BUILT=%ROOT%cli\target\launcher.built"

set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"
"%JAVA%" -version >nul 2>&1
if errorlevel 1 (
    echo florence4j: Java is missing: install a JDK 17 or newer, or set JAVA_HOME 1>&2
    exit /b 1
)
set "MAJOR="
for /f "tokens=3" %%v in ('""%JAVA%" -version 2>&1 ^| findstr /i "version""') do if not defined MAJOR set "VERSION=%%~v"
for /f "delims=.-+" %%m in ("%VERSION%") do set "MAJOR=%%m"
if %MAJOR% LSS 17 (
    echo florence4j: %JAVA% is Java %VERSION%; expected 17 or newer, set JAVA_HOME 1>&2
    exit /b 1
)

if exist "%JAR%" if exist "%BUILT%" goto run
where mvn >nul 2>&1
if errorlevel 1 (
    echo florence4j: Maven is missing: install Maven 3.8 or newer to build florence4j 1>&2
    exit /b 1
)
echo building florence4j ^(first use^)... 1>&2
pushd "%ROOT%"
call mvn -B -q -DskipTests -Dspotless.check.skip=true -pl cli -am package 1>&2
if errorlevel 1 (
    popd
    echo florence4j: the build failed 1>&2
    exit /b 1
)
popd
type nul >"%BUILT%"
del /f /q "%ROOT%cli\target\launcher-*.jsa" >nul 2>&1

:run
rem As in the POSIX launcher: the classes of a first answer, parsed and checked once for all starts. Another Java of the same
rem number is not noticed here: Java itself refuses what does not fit, and delete cli\target\launcher-*.jsa to make it anew.
set "ARCHIVE=%ROOT%cli\target\launcher-%MAJOR%.jsa"
if exist "%ARCHIVE%" goto start
if "%~1"=="run" goto share
if "%~1"=="bench" goto share
if "%~1"=="evaluate" goto share
goto start

:share
set "PART=%ARCHIVE%.%RANDOM%"
rem In a folder that cannot be written to there is no archive.
(type nul >"%PART%") 2>nul
if not exist "%PART%" goto start
del /f /q "%PART%" >nul 2>&1
"%JAVA%" -Xmx2g -XX:+UseSerialGC -Djava.awt.headless=true "-XX:ArchiveClassesAtExit=%PART%" -jar "%JAR%" ^
    run --precision int8 --quiet --max-new-tokens 2 "%ROOT%docs\pictures\digits.png" >nul 2>&1
"%JAVA%" -XX:+UseSerialGC "-XX:SharedArchiveFile=%PART%" -Xshare:on -cp "%JAR%" -version >nul 2>&1
if not errorlevel 1 goto keep
rem An empty one stands for one that cannot be made. Java writes it so that it cannot be overwritten.
del /f /q "%PART%" >nul 2>&1
type nul >"%PART%"
:keep
del /f /q "%ARCHIVE%" >nul 2>&1
move /y "%PART%" "%ARCHIVE%" >nul 2>&1

:start
rem As in the POSIX launcher: no warnings of Java on standard output, and none about the archive.
set "SHARED="
if exist "%ARCHIVE%" for %%a in ("%ARCHIVE%") do if %%~za GTR 0 set SHARED="-XX:SharedArchiveFile=%ARCHIVE%" -Xlog:disable "-Xlog:all=warning,cds*=off:stderr"
set "NATIVE="
if %MAJOR% GEQ 24 set "NATIVE=--enable-native-access=ALL-UNNAMED"
rem The memory limits of JavaCPP are off: it counts every mapped page of the process, the weights too.
rem As in the POSIX launcher: OpenBLAS and OpenMP must not spin against each other.
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=PASSIVE"
set "COLLECTOR=-XX:+UseSerialGC -Xms32m"
set "SMALL=-XX:+UseSerialGC -Xms16m -Xmn4m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=20 -XX:-ShrinkHeapInSteps -XX:TieredStopAtLevel=1"
if "%~1"=="run" set "COLLECTOR=%SMALL%"
if "%~1"=="bench" set "COLLECTOR=%SMALL%"
echo.%FLORENCE4J_JAVA_OPTS% | findstr /R /C:"-XX:+Use.*GC" >nul && set "COLLECTOR="
"%JAVA%" -Xmx2g %COLLECTOR% %NATIVE% %SHARED% -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 ^
    -Dorg.bytedeco.javacpp.maxBytes=0 -Djava.awt.headless=true -Dfile.encoding=UTF-8 ^
    %FLORENCE4J_JAVA_OPTS% -jar "%JAR%" %*
exit /b %ERRORLEVEL%
