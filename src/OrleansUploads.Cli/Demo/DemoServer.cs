using System.Diagnostics;
using System.Runtime.InteropServices;
using OrleansUploads.Cli.Serving;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Serving;

namespace OrleansUploads.Cli.Demo;

/// <summary>The demo's own server: a process that can be killed and restarted on the same data folder.</summary>
internal sealed partial class DemoServer(string dataFolder, KeyPair pair) : DemoService(
    [new Uri("http://127.0.0.1:0")], new AwsKey(pair.AccessKeyId, pair.SecretAccessKey, token: null), RemoteCommand.DefaultRegion)
{
    private const int SigTerm = 15;

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(60);

    private Process? _process;

    public override string Description => $"Server on {Endpoints[0].GetLeftPart(UriPartial.Authority)}, data in {dataFolder}";

    public override string Crash => "the server is killed with SIGKILL";

    public override bool StopsAtCrash => true;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // This program may have been started by its own executable or by dotnet.
        var self = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is unknown.");
        string[] program = Path.GetFileNameWithoutExtension(self) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        string[] serve = ["serve", "--quiet", "--data", dataFolder, "--listen", $"127.0.0.1:{Endpoints[0].Port}"];
        var start = new ProcessStartInfo(self, [.. program, .. serve]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[OperatorKey.AccessKeyVariable] = pair.AccessKeyId;
        start.Environment[OperatorKey.SecretVariable] = pair.SecretAccessKey;
        _process = Process.Start(start) ?? throw new InvalidOperationException("The server could not be started.");
        _process.ErrorDataReceived += (_, line) => Log += line.Data + "\n";
        _process.BeginErrorReadLine();

        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(StartTime);
        while (await _process.StandardOutput.ReadLineAsync(timeout.Token) is { } line)
        {
            if (line.StartsWith(HttpServing.Ready, StringComparison.Ordinal))
            {
                // The address stays the same after a restart.
                Endpoints[0] = new Uri(line[HttpServing.Ready.Length..]);
                return;
            }
        }

        throw new InvalidOperationException("The server did not start:\n" + Log);
    }

    public override Task CrashAsync(CancellationToken cancellationToken) => EndAsync(static process => process.Kill(), cancellationToken);

    public override async Task<int?> StopAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            await CrashAsync(cancellationToken);
            return 0;
        }

        return await EndAsync(
            static process =>
            {
                if (SendSignal(process.Id, SigTerm) != 0)
                {
                    throw new InvalidOperationException("Sending SIGTERM to the server failed.");
                }
            },
            cancellationToken);
    }

    public override void Dispose()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        base.Dispose();
    }

    private async Task<int> EndAsync(Action<Process> end, CancellationToken cancellationToken)
    {
        using var process = _process ?? throw new InvalidOperationException("The server is not running.");
        process.Refresh();
        PeakMemoryBytes = Math.Max(PeakMemoryBytes, process.PeakWorkingSet64);
        end(process);
        await process.WaitForExitAsync(cancellationToken);
        _process = null;
        return process.ExitCode;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);
}
