using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace OrleansUploads.EndToEnd.Tests.Harness;

/// <summary>A child process whose output is kept, so that a failing test can show it. It never outlives its test.</summary>
public sealed class CapturedProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();

    private CapturedProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data, _lines.Writer);
        _process.ErrorDataReceived += (_, line) => Keep(_error, line.Data, lines: null);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote for people and scripts, so far.</summary>
    public string Output => Text(_output);

    /// <summary>What it complained about, so far.</summary>
    public string Error => Text(_error);

    /// <param name="program">The program's path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">What is set on top of this process's environment; null takes a variable away.</param>
    public static CapturedProcess Start(
        string program, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string?>> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new CapturedProcess(start);
    }

    /// <summary>Waits for a line of output that begins in some way.</summary>
    /// <returns>The line; null if the output ended, or the time was over, without one.</returns>
    public async Task<string?> WaitForLineAsync(string prefix, TimeSpan patience)
    {
        using var timeout = new CancellationTokenSource(patience);
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync(timeout.Token))
            {
                if (line.StartsWith(prefix, StringComparison.Ordinal))
                {
                    return line;
                }
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
        }

        return null;
    }

    /// <summary>Waits until the process has ended and all of its output is here.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitForExitAsync(TimeSpan patience)
    {
        using var timeout = new CancellationTokenSource(patience);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"It has not ended within {patience.TotalSeconds:F0} s. {this}");
        }

        return _process.ExitCode;
    }

    /// <summary>Ends it as a power cut would: no handler, no flush.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end in good order.</summary>
    public void Terminate() => Signals.Terminate(_process.Id);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    public override string ToString() =>
        $"{string.Join(' ', _process.StartInfo.ArgumentList)}\n--- output\n{Output}\n--- error\n{Error}";

    private static void Keep(StringBuilder text, string? line, ChannelWriter<string>? lines)
    {
        if (line is null)
        {
            lines?.TryComplete();
            return;
        }

        lock (text)
        {
            text.AppendLine(line);
        }

        lines?.TryWrite(line);
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}
