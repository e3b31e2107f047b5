using System.Net;
using OrleansUploads.Cli.Remote;

namespace OrleansUploads.EndToEnd.Tests.Transfers;

/// <summary>When a transfer gives up.</summary>
public sealed class PatientRetryTests
{
    // The longest silence of an attempt, with the delay after it.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(135);

    private readonly ManualTime _time = new();

    [Theory]
    [InlineData(null, 6)]
    [InlineData(90, 90)]
    public void A_server_that_takes_connections_and_never_answers_is_given_up_in_time(int? patience, int minutes)
    {
        var retry = Create(patience).OnRetry!;
        var silent = new GlacierException(GlacierErrorCodes.IdleTimeout, "No byte was transferred.") { IsTransient = true };
        var began = _time.GetTimestamp();
        while (_time.GetElapsedTime(began) <= TimeSpan.FromMinutes(minutes))
        {
            retry(silent, TimeSpan.Zero);
            _time.Advance(Silence);
        }

        Assert.Equal(silent.Code, Assert.Throws<GlacierException>(() => retry(silent, TimeSpan.Zero)).Code);
    }

    [Fact]
    public void The_status_of_the_last_failure_is_kept()
    {
        var retry = Create(1).OnRetry!;
        var refused = new GlacierException(GlacierErrorCodes.UnreadableAnswer, "503") { StatusCode = HttpStatusCode.ServiceUnavailable };
        retry(refused, TimeSpan.Zero);
        _time.Advance(TimeSpan.FromSeconds(61));

        var last = Assert.Throws<GlacierException>(() => retry(refused, TimeSpan.Zero));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, last.StatusCode);
        Assert.Equal(5, Failure.Find(last)?.Code);
    }

    [Fact]
    public void Failures_with_successes_in_between_are_no_outage()
    {
        var policy = Create(5);
        var lost = new GlacierException(GlacierErrorCodes.ConnectionFailure, "The connection was reset.");
        for (var minute = 0; minute < 60; minute++)
        {
            policy.OnRetry!(lost, TimeSpan.Zero);
            _time.Advance(TimeSpan.FromMinutes(1));
            policy.OnSuccess!();
        }
    }

    private RetryPolicy Create(int? minutes) => new PatientRetry(
        new Printer(json: false, quiet: true),
        new Uri("http://vaults.test"),
        minutes is { } patience ? TimeSpan.FromMinutes(patience) : null,
        _time).Policy;
}
