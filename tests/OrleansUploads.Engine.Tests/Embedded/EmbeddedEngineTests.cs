using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Ports;
using OrleansUploads.TestKit;

namespace OrleansUploads.Engine.Tests.Embedded;

public sealed class EmbeddedEngineTests
{
    [Fact]
    public async Task A_maintenance_task_that_hits_a_bug_is_logged_and_runs_again()
    {
        var time = new ManualTime();
        var log = new RecordedLog();
        var journal = new MemoryJournal();
        var rounds = 0;
        var ranAgain = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ports = new EnginePorts(journal, journal, new MemoryPartStore())
        {
            CheckIndex = _ =>
            {
                if (++rounds == 1)
                {
                    throw new KeyNotFoundException("A bug.");
                }

                ranAgain.TrySetResult();
                return ValueTask.CompletedTask;
            },
        };

        // A collection would check the index, too.
        var options = new EngineOptions { Maintenance = new MaintenanceOptions { CollectInterval = TimeSpan.FromDays(7) } };
        await using var engine = new EmbeddedEngine(ports, options, time, log);

        time.Advance(MaintenanceOptions.DefaultCheckInterval);

        await ranAgain.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var entry = Assert.Single(log.Entries);
        Assert.Contains("\"check the journal's index\" failed", entry.Text, StringComparison.Ordinal);
        Assert.IsType<KeyNotFoundException>(entry.Fault);
    }
}
