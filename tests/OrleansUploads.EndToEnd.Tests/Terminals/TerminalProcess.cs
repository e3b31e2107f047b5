using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace OrleansUploads.EndToEnd.Tests.Terminals;

/// <summary>A shell command in a pseudo-terminal, which util-linux's <c>script</c> opens. Disposal kills it.</summary>
public sealed class TerminalProcess : IAsyncDisposable
{
    private const string Script = "/usr/bin/script";
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private readonly StringBuilder _output = new();
    private readonly TerminalScreen _screen = new();
    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;
    private readonly Task _reading;

    private TerminalProcess(ProcessStartInfo start, int columns, string command)
    {
        _screen.Columns = columns;
        start.ArgumentList.Add("--default-signal=INT");
        start.ArgumentList.Add(Script);
        start.ArgumentList.Add("-qefc");
        start.ArgumentList.Add($"stty cols {columns} rows 24; tty > '{Device}'; {command}");
        start.ArgumentList.Add("/dev/null");
        _process = Process.Start(start)!;
        _reading = ReadAsync();
    }

    private string Device => _folder.File("device");

    public string Output
    {
        get
        {
            lock (_gate)
            {
                return _output.ToString();
            }
        }
    }

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_gate)
            {
                return _screen.Lines;
            }
        }
    }

    public bool IsCursorVisible
    {
        get
        {
            lock (_gate)
            {
                return _screen.IsCursorVisible;
            }
        }
    }

    /// <summary>Starts a command line in a shell in which <c>orleans-uploads</c> is the built program. The terminal is an xterm with colours,
    /// unless <c>TERM</c> says otherwise.</summary>
    public static TerminalProcess Start(string command, IReadOnlyDictionary<string, string?> environment, int columns = 80)
    {
        Assert.SkipUnless(File.Exists(Script), "The pseudo-terminals of these tests are those of util-linux.");

        // Ctrl-C works also where the tests run in the background of a script, whose processes ignore the signal.
        var start = new ProcessStartInfo("/usr/bin/env")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var (name, value) in environment.Prepend(new("TERM", "xterm-256color")).Append(new("SHELL", "/bin/bash")).Append(new("NO_COLOR", null)))
        {
            start.Environment[name] = value;
        }

        return new TerminalProcess(start, columns, $"{CommandLine.ShellFunction}; {command}");
    }

    public async Task InterruptAsync()
    {
        await _process.StandardInput.WriteAsync('\u0003');
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Changes the width, as the user of a window does.</summary>
    public async Task ResizeAsync(int columns)
    {
        var device = (await File.ReadAllTextAsync(Device)).Trim();
        await using var stty = CapturedProcess.Start(
            "/usr/bin/stty", ["-F", device, "cols", columns.ToString(CultureInfo.InvariantCulture)], CommandLine.WithoutOperatorKey);
        Assert.Equal(0, await stty.WaitForExitAsync(TimeLimit));
        lock (_gate)
        {
            _screen.Columns = columns;
        }
    }

    public Task ShowsAsync(string text) =>
        BecomesAsync(() => Output.Contains(text, StringComparison.Ordinal), $"the terminal shows '{text}'");

    public Task ShowsMoreAsync()
    {
        var length = Output.Length;
        return BecomesAsync(() => Output.Length > length, "the terminal shows more");
    }

    private Task BecomesAsync(Func<bool> condition, string what) => Eventually.BecomesTrueAsync(
        async () =>
        {
            if (_reading.IsFaulted)
            {
                await _reading;
            }

            return condition();
        },
        what);

    /// <summary>Waits for the exit, and asserts the exit code and that the cursor is visible.</summary>
    public async Task<TerminalProcess> ExpectAsync(int exitCode = 0)
    {
        await _process.WaitForExitAsync().WaitAsync(TimeLimit);
        await _reading.WaitAsync(TimeLimit);
        Assert.True(_process.ExitCode == exitCode && IsCursorVisible, ToString());
        return this;
    }

    public override string ToString() => $"exit code {(_process.HasExited ? _process.ExitCode : null)}, cursor {IsCursorVisible}\n"
        + $"{string.Join('\n', Lines)}\n--- characters\n{Output.Replace("\u001b", "ESC", StringComparison.Ordinal)}";

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _folder.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new char[4096];
        for (int read; (read = await _process.StandardOutput.ReadAsync(buffer)) > 0;)
        {
            var text = new string(buffer, 0, read);
            lock (_gate)
            {
                _output.Append(text);
                _screen.Write(text);
            }
        }
    }
}
