using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>The lines that the gateway logs, to be awaited.</summary>
public sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("OrleansUploads", StringComparison.Ordinal)
            ? this
            : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Writer.TryWrite($"{logLevel}: {formatter(state, exception)} {exception}");

    /// <summary>Forgets what was logged so far, so that no line of before is waited for.</summary>
    public void Forget()
    {
        while (_lines.Reader.TryRead(out _))
        {
        }
    }

    /// <summary>Waits for a line that holds a text; skips others.</summary>
    public async Task<string> WaitForAsync(string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await foreach (var line in _lines.Reader.ReadAllAsync(patience.Token))
        {
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return line;
            }
        }

        throw new InvalidOperationException("The log has ended.");
    }

    public void Dispose() => _lines.Writer.TryComplete();
}
