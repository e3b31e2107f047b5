using Microsoft.Extensions.Logging;
using OrleansUploads.Gateway.Hosting;

namespace OrleansUploads.Gateway.Tests.Settings;

/// <summary>The log as people read it.</summary>
public sealed partial class PlainLogTests
{
    [Fact]
    public async Task A_line_has_the_time_and_the_message_with_the_whole_request_ID()
    {
        using var lines = PlainLines();

        LogServed(lines, "0123456789abcdef", "UploadArchive");

        Assert.Equal(["2026-05-04T09:00:00.007Z 0123456789abcdef UploadArchive is done\n"], await lines.ReadThroughAsync("is done"));
    }

    [Fact]
    public async Task A_problem_says_how_severe_it_is_and_is_one_line()
    {
        using var lines = PlainLines();

        LogSlow(lines, "two\nlines");
        LogFailed(lines, new InvalidOperationException("broken"));

        Assert.Equal(
            [
                "2026-05-04T09:00:00.007Z warning: It is slow: two lines\n",
                "2026-05-04T09:00:00.007Z error: It failed System.InvalidOperationException: broken\n",
            ],
            await lines.ReadThroughAsync("It failed"));
    }

    private static LogLines PlainLines() => new()
    {
        Formatter = new PlainLogFormatter(new ManualTime(new DateTimeOffset(2026, 5, 4, 9, 0, 0, 7, TimeSpan.Zero))),
    };

    [LoggerMessage(1, LogLevel.Information, "{RequestId} {Operation} is done")]
    private static partial void LogServed(ILogger log, string requestId, string operation);

    [LoggerMessage(2, LogLevel.Warning, "It is slow: {Reason}")]
    private static partial void LogSlow(ILogger log, string reason);

    [LoggerMessage(3, LogLevel.Error, "It failed")]
    private static partial void LogFailed(ILogger log, Exception fault);
}
