using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansUploads.Gateway.Hosting;

namespace OrleansUploads.Gateway.Tests.Settings;

/// <summary>The log as people read it.</summary>
public sealed partial class PlainLogTests
{
    [Fact]
    public void A_line_has_the_time_and_the_message_with_a_short_request_ID()
    {
        var lines = new Lines();

        LogServed(lines, "0123456789abcdef", "UploadArchive");

        Assert.Equal("2026-05-04T09:00:00.007Z 01234567 UploadArchive is done", Assert.Single(lines.Written));
    }

    [Fact]
    public void A_problem_says_how_severe_it_is_and_is_one_line()
    {
        var lines = new Lines();

        LogSlow(lines, "two\nlines");
        LogFailed(lines, new InvalidOperationException("broken"));

        Assert.Equal("2026-05-04T09:00:00.007Z warning: It is slow: two lines", lines.Written[0]);
        Assert.Equal("2026-05-04T09:00:00.007Z error: It failed System.InvalidOperationException: broken", lines.Written[1]);
    }

    [LoggerMessage(1, LogLevel.Information, "{RequestId} {Operation} is done")]
    private static partial void LogServed(ILogger log, string requestId, string operation);

    [LoggerMessage(2, LogLevel.Warning, "It is slow: {Reason}")]
    private static partial void LogSlow(ILogger log, string reason);

    [LoggerMessage(3, LogLevel.Error, "It failed")]
    private static partial void LogFailed(ILogger log, Exception fault);

    private sealed class Lines : ILogger
    {
        private readonly PlainLogFormatter _formatter = new(new ManualTime(new DateTimeOffset(2026, 5, 4, 9, 0, 0, 7, TimeSpan.Zero)));

        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            using var writer = new StringWriter();
            _formatter.Write(new LogEntry<TState>(logLevel, "Category", eventId, state, exception, formatter), null, writer);
            Written.Add(writer.ToString().TrimEnd('\n'));
        }
    }
}
