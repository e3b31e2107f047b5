using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Silo.Health;

namespace OrleansUploads.Silo.Tests.Serving;

public sealed class CachedHealthCheckTests
{
    [Fact]
    public async Task Checks_that_hang_are_limited_so_that_they_do_not_block_more_and_more_threads()
    {
        var time = new ManualTime();
        var answers = new TaskCompletionSource();
        using var started = new SemaphoreSlim(0);
        var check = new CachedHealthCheck(
            async _ =>
            {
                started.Release();
                await answers.Task;
            },
            time);
        for (var asked = 0; asked < 2 * CachedHealthCheck.MaxRunning; asked++)
        {
            var result = check.GetAsync();
            if (asked < CachedHealthCheck.MaxRunning)
            {
                await started.WaitAsync(Cancellation);
            }
            else
            {
                Assert.True(result.IsCompleted, "Another check was started.");
            }

            time.Advance(TimeSpan.FromSeconds(2));
            Assert.Equal(HealthStatus.Unhealthy, (await result).Status);
        }

        answers.SetResult();
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return (await check.GetAsync()).Status == HealthStatus.Healthy;
            },
            "the check is healthy again");
    }

    [Fact]
    public async Task A_check_is_created_once_for_all_reports_so_that_its_result_is_remembered()
    {
        var created = 0;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddHealthChecks().Add("counted", _ =>
        {
            created++;
            return static () => Task.FromResult(HealthCheckResult.Healthy());
        });
        await using var provider = services.BuildServiceProvider();
        var reports = provider.GetRequiredService<HealthCheckService>();

        await reports.CheckHealthAsync(Cancellation);
        await reports.CheckHealthAsync(Cancellation);

        Assert.Equal(1, created);
    }
}
