using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Memory;

namespace OrleansUploads.Engine.Tests.Embedded;

public sealed class EmbeddedEngineTests
{
    [Theory]
    [InlineData(typeof(KeyNotFoundException))]
    [InlineData(typeof(InsufficientMemoryException))]
    public async Task A_maintenance_task_that_hits_a_bug_or_a_lack_of_memory_is_logged_and_runs_again(Type fault)
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
                    throw (Exception)Activator.CreateInstance(fault)!;
                }

                ranAgain.TrySetResult();
                return ValueTask.CompletedTask;
            },
        };

        // A collection would check the index, too.
        var options = new EngineOptions { Maintenance = new MaintenanceOptions { CollectInterval = TimeSpan.FromDays(7) } };
        await using var engine = new EmbeddedEngine(new EngineSetup(ports, options, time) { Logger = log }).Start();

        time.Advance(new MaintenanceOptions().CheckInterval);

        await ranAgain.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        var entry = Assert.Single(log.Entries);
        Assert.Contains("\"check the journal's index\" failed", entry.Text, StringComparison.Ordinal);
        Assert.IsType(fault, entry.Fault);
    }

    [Fact]
    public async Task A_lack_of_memory_keeps_only_the_bytes_of_the_ended_upload_that_it_concerns()
    {
        var failed = 0;
        var deleted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var parts = new FaultyPartStore(new MemoryPartStore(), step =>
        {
            if (step.Call == PartStoreCall.ListAttempts && Interlocked.Exchange(ref failed, 1) == 0)
            {
                throw new InsufficientMemoryException();
            }

            if (step.Call == PartStoreCall.DeleteUpload)
            {
                deleted.TrySetResult();
            }

            return PartStoreFault.None;
        });
        var journal = new MemoryJournal();
        await using var engine = new EmbeddedEngine(
            new EngineSetup(new EnginePorts(journal, journal, parts), new EngineOptions(), new ManualTime())).Start();
        await engine.Host.CreateVaultAsync();
        for (var i = 0; i < 2; i++)
        {
            var upload = await engine.Paths.ArchiveIntake.OpenUploadAsync();
            await engine.Host.AnswerAsync(upload.Entity, new AbortUpload(ClientCalls.Incarnation));
        }

        await deleted.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }
}
