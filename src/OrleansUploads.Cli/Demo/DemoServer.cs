using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansUploads.Cli.Serving;
using OrleansUploads.Client;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Cli.Demo;

/// <summary>The demo's server: a separate process that can be killed and restarted on the same data folder.</summary>
internal sealed partial class DemoServer : DemoService
{
    private const int SigTerm = 15;

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly string _logPath;
    private readonly KeyPair _key = KeyPair.Create(KeyPair.DefaultAccount, DateTimeOffset.UtcNow);

    /// <summary>The address of the server. It stays the same after a restart.</summary>
    private Uri _address = new("http://127.0.0.1:0");

    private Process? _process;
    private long? _peakMemoryBytes;

    public DemoServer(string workFolder)
    {
        _folder = Path.Combine(workFolder, "data");
        _logPath = Path.Combine(workFolder, "server.log");
    }

    public override string Description => $"Server on {_address.GetLeftPart(UriPartial.Authority)}, data in {_folder}";

    public override string Crash => "the server is killed with SIGKILL";

    public override bool StopsAtCrash => true;

    public override long? PeakMemoryBytes => _peakMemoryBytes;

    public override string Log => File.Exists(_logPath) ? File.ReadAllText(_logPath) : "";

    public override GlacierClient Connect() => new(Options(_address, _key.AccessKeyId, _key.SecretAccessKey));

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The server did not become ready.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var start = SelfStart();
        start.ArgumentList.Add("serve");
        start.ArgumentList.Add("--quiet");
        start.ArgumentList.Add("--data");
        start.ArgumentList.Add(_folder);
        start.ArgumentList.Add("--listen");
        start.ArgumentList.Add($"127.0.0.1:{_address.Port}");
        start.Environment[OperatorKey.AccessKeyVariable] = _key.AccessKeyId;
        start.Environment[OperatorKey.SecretVariable] = _key.SecretAccessKey;
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
                _address = new Uri(line[Greeting.Ready.Length..]);
                return;
            }
        }

        throw new InvalidOperationException("The server did not start:\n" + Log);
    }

    /// <inheritdoc/>
    public override async Task CrashAsync(CancellationToken cancellationToken)
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
    public override async Task<int?> StopAsync(CancellationToken cancellationToken)
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

    public override void Dispose()
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
                _peakMemoryBytes = Math.Max(_peakMemoryBytes ?? 0, kibibytes * 1024);
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
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        }

        return start;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
