using System.Diagnostics;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>A server in its own process, which is killed on disposal.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    /// <summary>The start of the line that contains a server's address.</summary>
    public const string Ready = "Ready on ";

    private readonly Process _process;
    private readonly HttpClient _http;

    private ServerProcess(Process process, Uri endpoint)
    {
        _process = process;
        Endpoint = endpoint;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = endpoint };
    }

    public Uri Endpoint { get; }

    /// <summary>The peak memory of the process so far, including shared libraries.</summary>
    public double PeakMebibytes
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64 / (double)(1 << 20);
        }
    }

    /// <summary>The processor time that the process has used so far.</summary>
    public double ProcessorMilliseconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalMilliseconds;
        }
    }

    /// <summary>What the process has used of the managed heap so far.</summary>
    public async Task<HeapUse> ReadHeapUseAsync() => HeapUse.Parse(await _http.GetStringAsync("/healthz?verbose"));

    /// <summary>Starts a program of this folder and waits until it is ready.</summary>
    public static async Task<ServerProcess> StartAsync(
        string assembly,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, assembly) },
            RedirectStandardOutput = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith(Ready, StringComparison.Ordinal))
            {
                return new ServerProcess(process, new Uri(line[Ready.Length..]));
            }
        }

        throw new InvalidOperationException($"{assembly} exited before it was ready.");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
