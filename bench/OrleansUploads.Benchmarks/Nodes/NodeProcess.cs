using System.Diagnostics;

namespace OrleansUploads.Benchmarks.Nodes;

/// <summary>A process of <see cref="NodeCommand"/>. Disposal kills it.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private readonly Process _process;

    private NodeProcess(Process process) => _process = process;

    /// <summary>Starts a node and waits until it reads its input.</summary>
    public static async Task<NodeProcess> StartAsync(IEnumerable<KeyValuePair<string, string>> environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(CommandLine.Dotnet, [typeof(NodeProcess).Assembly.Location, "node"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var node = new NodeProcess(Process.Start(start) ?? throw new InvalidOperationException("The node did not start."));
        var line = await node._process.StandardOutput.ReadLineAsync(cancellationToken);
        return line == NodeCommand.Ready ? node : throw new InvalidOperationException($"The node answered '{line}' instead of starting.");
    }

    /// <summary>Sends a line and waits for the words of the answer.</summary>
    public async Task<string[]> AskAsync(string line, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(line.AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return (await _process.StandardOutput.ReadLineAsync(cancellationToken))?.Split(' ')
            ?? throw new InvalidOperationException($"The node ended during '{line}'. Its error is above.");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
