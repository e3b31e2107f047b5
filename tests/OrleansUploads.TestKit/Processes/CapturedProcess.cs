using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;

namespace OrleansUploads.TestKit.Processes;

/// <summary>A child process with captured output, which failing tests can show. Disposal kills it.</summary>
public sealed class CapturedProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    private readonly Process _process;
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private bool _isDisposed;

    private CapturedProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Capture(_output, line.Data, _lines.Writer);
        _process.ErrorDataReceived += (_, line) => Capture(_error, line.Data, lines: null);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output => Text(_output);

    /// <summary>The standard error so far.</summary>
    public string Error => Text(_error);

    /// <summary>What the system says of the process now: its memory, its processor time.</summary>
    public Process Figures
    {
        get
        {
            _process.Refresh();
            return _process;
        }
    }

    /// <param name="program">The program's path.</param>
    /// <param name="arguments">The program's arguments.</param>
    /// <param name="environment">Variables to set in addition to this process's environment; null removes a variable.</param>
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

    /// <summary>Waits for a line of standard output with a prefix.</summary>
    /// <returns>The line, or null if the output or the time limit ended first.</returns>
    public async Task<string?> WaitForLineAsync(string prefix, TimeSpan timeLimit)
    {
        using var timeout = new CancellationTokenSource(timeLimit);
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

    /// <summary>Waits until the process has exited and all of its output is captured.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> WaitForExitAsync(TimeSpan timeLimit)
    {
        using var timeout = new CancellationTokenSource(timeLimit);
        try
        {
            await _process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"The process did not exit within {timeLimit.TotalSeconds:F0} s. {this}");
        }

        return _process.ExitCode;
    }

    /// <summary>Kills the process with SIGKILL, so that it can neither handle the signal nor flush.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Sends SIGTERM, so that the process can stop cleanly.</summary>
    public void Terminate() => Signal(SigTerm);

    /// <summary>Pauses the process, like a debugger or the migration of a virtual machine. Its connections stay open.</summary>
    public void Pause() => Signal(SigStop);

    public void Resume() => Signal(SigCont);

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    public override string ToString() =>
        $"{string.Join(' ', _process.StartInfo.ArgumentList)}\n--- output\n{Output}\n--- error\n{Error}";

    private static void Capture(StringBuilder text, string? line, ChannelWriter<string>? lines)
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

    private void Signal(int signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no signals.");
        if (Kill(_process.Id, signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);
}
