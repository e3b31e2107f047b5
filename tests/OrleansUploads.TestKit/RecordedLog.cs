using Microsoft.Extensions.Logging;

namespace OrleansUploads.TestKit;

/// <summary>Loggers that store their messages.</summary>
/// <param name="least">The least level of the messages that are stored.</param>
public sealed class RecordedLog(LogLevel least = LogLevel.Trace) : ILogger, ILoggerProvider
{
    private readonly Lock _gate = new();
    private readonly List<LogEntry> _entries = [];

    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least;

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            lock (_gate)
            {
                _entries.Add(new LogEntry(logLevel, eventId.Id, formatter(state, exception), exception));
            }
        }
    }
}

public sealed record LogEntry(LogLevel Level, int Id, string Text, Exception? Fault);
