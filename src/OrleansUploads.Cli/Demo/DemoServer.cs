using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using OrleansUploads.Cli.Serving;

namespace OrleansUploads.Cli.Demo;

/// <summary>The server of the demo: a process of its own on one folder, that can be killed and started again.</summary>
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

    /// <summary>Where it listens, the same after every start.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1:0");

    /// <summary>Most memory that any of its processes has had, in bytes; null where the system does not tell.</summary>
    public long? PeakMemoryBytes { get; private set; }

    /// <summary>What the server had to say when it went wrong.</summary>
    public string Log => File.Exists(_logPath) ? File.ReadAllText(_logPath) : "";

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It did not become ready.</exception>
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

    /// <summary>Ends it as a power cut would: SIGKILL, no farewell.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        RememberPeakMemory();
        var process = Running();
        process.Kill();
        await process.WaitForExitAsync(cancellationToken);
        process.Dispose();
        _process = null;
    }

    /// <summary>Asks it to stop in good order.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        RememberPeakMemory();
        var process = Running();
        if (OperatingSystem.IsWindows())
        {
            process.Kill();
        }
        else if (SendSignal(process.Id, SigTerm) != 0)
        {
            throw new InvalidOperationException("The server could not be asked to stop.");
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

    private Process Running() => _process ?? throw new InvalidOperationException("The server is not running.");

    /// <summary>Linux tells the peak itself; elsewhere nothing is claimed.</summary>
    private void RememberPeakMemory()
    {
        var status = $"/proc/{Running().Id}/status";
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

    /// <summary>This very program, whether it runs by its own executable or by <c>dotnet</c>.</summary>
    private static ProcessStartInfo SelfStart()
    {
        var self = Environment.ProcessPath ?? throw new InvalidOperationException("This process does not know its program.");
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
