using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>The lines that the gateway logs, for tests to await.</summary>
public sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    /// <summary>Writes the lines, or null for level and text.</summary>
    public ConsoleFormatter? Formatter { get; set; }

    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("OrleansUploads", StringComparison.Ordinal)
            ? this
            : NullLogger.Instance;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Writer.TryWrite(Format(new LogEntry<TState>(logLevel, nameof(LogLines), eventId, state, exception, formatter)));

    /// <summary>Waits for a line that contains a text, and skips all lines before it.</summary>
    public async Task<string> WaitForAsync(string text) => (await ReadThroughAsync(text))[^1];

    /// <summary>Waits for a line that contains a text, and returns it after all lines before it.</summary>
    public async Task<IReadOnlyList<string>> ReadThroughAsync(string text)
    {
        List<string> lines = [];
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var line in _lines.Reader.ReadAllAsync(timeout.Token))
        {
            lines.Add(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return lines;
            }
        }

        throw new InvalidOperationException("The log has ended.");
    }

    public void Dispose() => _lines.Writer.TryComplete();

    private string Format<TState>(in LogEntry<TState> entry)
    {
        if (Formatter is null)
        {
            return $"{entry.LogLevel}: {entry.Formatter(entry.State, entry.Exception)} {entry.Exception}";
        }

        using var text = new StringWriter();
        Formatter.Write(entry, null, text);
        return text.ToString();
    }
}
