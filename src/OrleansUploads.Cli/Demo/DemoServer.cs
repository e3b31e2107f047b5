using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using OrleansUploads.Cli.Serving;

namespace OrleansUploads.Cli.Demo;

/// <summary>The demo's server: a separate process that can be killed and restarted on the same data folder.</summary>
internal sealed partial class DemoServer : IDisposable
{
    private const int SigTerm = 15;

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly string _logPath;
    private Process? _process;

    public DemoServer(string workFolder, string accessKeyId, string secret)
    {
        _folder = Path.Combine(workFolder, "data");
        _logPath = Path.Combine(workFolder, "server.log");
        AccessKeyId = accessKeyId;
        Secret = secret;
    }

    public string AccessKeyId { get; }

    public string Secret { get; }

    /// <summary>The address of the server. It stays the same after a restart.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>The peak memory of all server processes so far, in bytes, or null if the system does not report it.</summary>
    public long? PeakMemoryBytes { get; private set; }

    /// <summary>The server's output to standard error.</summary>
    public string Log => File.Exists(_logPath) ? File.ReadAllText(_logPath) : "";

    /// <summary>Starts the server and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">The server did not become ready.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var start = SelfStart();
        start.ArgumentList.Add("serve");
        start.ArgumentList.Add("--quiet");
        start.ArgumentList.Add("--data");
        start.ArgumentList.Add(_folder);
        start.ArgumentList.Add("--listen");
        start.ArgumentList.Add($"127.0.0.1:{Address.Port}");
        start.Environment[OperatorKey.AccessKeyVariable] = AccessKeyId;
        start.Environment[OperatorKey.SecretVariable] = Secret;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var process = Process.Start(start) ?? throw new InvalidOperationException("The server could not be started.");
        _process = process;
        process.ErrorDataReceived += (_, line) => File.AppendAllText(_logPath, line.Data + "\n");
        process.BeginErrorReadLine();

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StartTime);
        while (await process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (line.StartsWith(Greeting.Ready, StringComparison.Ordinal))
            {
                Address = new Uri(line[Greeting.Ready.Length..]);
                return;
            }
        }

        throw new InvalidOperationException("The server did not start:\n" + Log);
    }

    /// <summary>Kills the server with SIGKILL, without a shutdown.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        RecordPeakMemory();
        var process = RunningProcess();
        process.Kill();
        await process.WaitForExitAsync(cancellationToken);
        process.Dispose();
        _process = null;
    }

    /// <summary>Stops the server with SIGTERM and waits for it to exit.</summary>
    /// <returns>The server's exit code.</returns>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        RecordPeakMemory();
        var process = RunningProcess();
        if (OperatingSystem.IsWindows())
        {
            process.Kill();
        }
        else if (SendSignal(process.Id, SigTerm) != 0)
        {
            throw new InvalidOperationException("Sending SIGTERM to the server failed.");
        }

        await process.WaitForExitAsync(cancellationToken);
        var code = OperatingSystem.IsWindows() ? 0 : process.ExitCode;
        process.Dispose();
        _process = null;
        return code;
    }

    public void Dispose()
    {
        if (_process is { } process)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    private Process RunningProcess() => _process ?? throw new InvalidOperationException("The server is not running.");

    /// <summary>Reads the peak memory from <c>/proc</c>. Does nothing on systems other than Linux.</summary>
    private void RecordPeakMemory()
    {
        var status = $"/proc/{RunningProcess().Id}/status";
        if (!File.Exists(status))
        {
            return;
        }

        foreach (var line in File.ReadLines(status))
        {
            if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
            {
                var kibibytes = long.Parse(line.AsSpan(6).Trim().TrimEnd("kB "), CultureInfo.InvariantCulture);
                PeakMemoryBytes = Math.Max(PeakMemoryBytes ?? 0, kibibytes * 1024);
            }
        }
    }

    /// <summary>Returns how to start this program again, whether it was started by its own executable or by <c>dotnet</c>.</summary>
    private static ProcessStartInfo SelfStart()
    {
        var self = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is unknown.");
        var start = new ProcessStartInfo(self);
        if (Path.GetFileNameWithoutExtension(self).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        }

        return start;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
