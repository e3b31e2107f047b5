using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.TestKit.Journals;
using static OrleansUploads.Engine.Tests.ClientCalls;

namespace OrleansUploads.Engine.Tests.Embedded;

public sealed class EmbeddedHostTests
{
    private static readonly byte[] Archive = Some.Bytes((2 * (int)Some.MiB) + 5, 1);

    private static byte[] PartOf(byte[] archive, int slot) =>
        archive[(slot * (int)Some.MiB)..Math.Min(archive.Length, (slot + 1) * (int)Some.MiB)];

    private static async Task<UploadId> UploadArchiveAsync(EngineBench bench)
    {
        var upload = await bench.OpenFirstUploadAsync();
        foreach (var slot in new[] { 2, 0, 1 })
        {
            Assert.Same(Done.Instance, (await bench.StoreAsync(upload, slot * Some.MiB, PartOf(Archive, slot))).Answer);
        }

        return upload;
    }

    [Theory]
    [InlineData(JournalOperation.Read, true)]
    [InlineData(JournalOperation.Append, true)]
    [InlineData(JournalOperation.Append, false)]
    public async Task A_lack_of_memory_or_a_failed_journal_fails_the_commands_that_it_concerns_and_later_ones_are_answered(
        JournalOperation operation, bool isMemory)
    {
        var lacks = false;
        var bench = new EngineBench(call =>
        {
            var fails = lacks && call.Operation == operation;
            lacks &= !fails;
            return !fails ? JournalFault.None : isMemory ? throw new InsufficientMemoryException() : JournalFault.FailBefore;
        });
        var upload = await bench.OpenFirstUploadAsync();
        bench.Crash();
        lacks = true;

        await Assert.ThrowsAsync<EntityUnavailableException>(
            () => bench.AskAsync(upload.Entity, Report(0)).WaitAsync(TimeSpan.FromSeconds(30), Cancellation));

        Assert.Same(Done.Instance, await bench.AskAsync(upload.Entity, Report(0)));
    }

    [Fact]
    [Promise("README.md", "An upload becomes at most one archive, regardless of the number of callers, retries, crashes and failovers")]
    public async Task Concurrent_completes_and_overlapping_part_reports_yield_one_archive()
    {
        var roundsWithArchive = 0;
        for (var round = 0; round < 200; round++)
        {
            var bench = new EngineBench();
            var upload = await bench.OpenFirstUploadAsync();
            await Task.WhenAll(Enumerable.Range(0, 32).Select(caller => Task.Run(
                () => bench.AskAsync(upload.Entity, Report(caller % 4, $"{caller % 4}", caller)))));
            var hash = TreeHasher.Combine(Enumerable.Range(0, 4).Select(slot => Some.Hash($"{slot}")).ToArray());
            var late = Task.Run(() => bench.Host.AskAsync(upload.Entity, Report(round % 4, "other", 99), CancellationToken.None).AsTask());

            var completes = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => bench.Host.AskAsync(
                upload.Entity, new CompleteUpload(ClientCalls.Incarnation, 4 * Some.MiB, hash), CancellationToken.None).AsTask())));

            await late;
            var ids = completes.Where(outcome => outcome.Refusal is null).Select(outcome => outcome.Answer.Archive).ToHashSet();
            Assert.True(ids.Count <= 1);
            Assert.Equal(ids.Count, (await bench.DescribeVaultAsync()).Archives);
            roundsWithArchive += ids.Count;
        }

        // In rounds in which the late report of other bytes came first, all completes were correctly refused.
        Assert.True(roundsWithArchive > 0);
    }

    [Fact]
    public async Task A_hanging_write_is_unknown_after_its_timeout_and_fenced_if_it_lands_later()
    {
        var (bench, hold) = EngineBench.Holding();
        var upload = await bench.OpenFirstUploadAsync();
        var held = hold();
        var report = bench.AskAsync(upload.Entity, Report(0));
        await held.WhenArrivedAsync(1, CancellationToken.None);

        bench.Time.Advance(EmbeddedHost.WriteTimeout);

        await Assert.ThrowsAsync<EntityUnavailableException>(() => report);
        held.ReleaseAll();

        // The late write may take effect before or after the entity is read again, so one report may fail.
        for (var tries = 0; await Record.ExceptionAsync(() => bench.AskAsync(upload.Entity, Report(0))) is { } refused; tries++)
        {
            Assert.IsType<EntityUnavailableException>(refused);
            Assert.InRange(tries, 0, 8);
        }

        Assert.Single(await bench.ListPartsAsync(upload));
    }

    [Fact]
    public async Task Commands_that_wait_for_an_intent_fail_when_the_host_stops()
    {
        var gate = new PartStoreGate();
        var bench = new EngineBench(
            step => step.Call == PartStoreCall.PutManifest ? PartStoreFault.HoldBefore(gate) : PartStoreFault.None);
        var upload = await UploadArchiveAsync(bench);
        var completed = bench.CompleteAsync(upload, Archive);
        await gate.Reached;

        await bench.Host.DisposeAsync();

        await Assert.ThrowsAsync<EntityUnavailableException>(
            () => completed.WaitAsync(TimeSpan.FromSeconds(30), Cancellation));
    }

    /// <summary>Uploads an archive while one journal write fails, before or after its effect, and the process is replaced
    /// right then. Each round fails another write. Callers repeat until they get an answer, and there must be one archive,
    /// counted once.</summary>
    [Theory]
    [InlineData(JournalFault.FailBefore)]
    [InlineData(JournalFault.FailAfter)]
    [Promise("README.md", "An upload becomes at most one archive, regardless of the number of callers, retries, crashes and failovers")]
    public async Task A_crash_at_any_write_leaves_exactly_one_archive(JournalFault fault)
    {
        foreach (var bench in EngineBench.FailingAtEachWrite(fault))
        {
            await bench.UntilAnsweredAsync(bench.CreateVaultAsync);
            var upload = await bench.UntilAnsweredAsync(() => bench.OpenUploadAsync());
            for (var slot = 0; slot < 3; slot++)
            {
                await bench.UntilAnsweredAsync(() => bench.StoreAsync(upload, slot * Some.MiB, PartOf(Archive, slot)));
            }

            var first = await bench.UntilAnsweredAsync(() => bench.CompleteAsync(upload, Archive));
            var second = await bench.UntilAnsweredAsync(() => bench.CompleteAsync(upload, Archive));
            await bench.WakeAsync();

            Assert.Equal(first, second);
            Assert.Equal(1, (await bench.DescribeVaultAsync()).Archives);
            Assert.Equal(Archive.Length, (await bench.FindAsync(first.Archive))!.SizeBytes);
            Assert.DoesNotContain(await bench.ListUploadsAsync(), entry => entry.Upload == upload);
            Assert.Equal(Archive, await bench.ReadAsync(upload, 0, Archive.Length - 1));
        }
    }

    [Fact]
    public async Task Two_hosts_on_one_journal_never_make_a_decision_twice()
    {
        var bench = new EngineBench();
        var upload = await UploadArchiveAsync(bench);
        var old = bench.Host;
        bench.Crash();

        var answers = new List<ArchiveId>();
        for (var i = 0; i < 4; i++)
        {
            foreach (var host in new[] { old, bench.Host })
            {
                try
                {
                    answers.Add((await host.CompleteAsync(upload, Archive)).Archive);
                }
                catch (EntityUnavailableException)
                {
                    // Fenced: by the next round, this host has read what the other one wrote.
                }
            }
        }

        Assert.True(answers.Count >= 4);
        Assert.Single(answers.Distinct());
        Assert.Equal(1, (await bench.DescribeVaultAsync()).Archives);
    }

    [Fact]
    public async Task An_intent_that_cannot_be_delivered_is_logged_and_counted_and_delivered_later()
    {
        var log = new RecordedLog();
        var failures = 2;
        var bench = new EngineBench(
            step => step.Call == PartStoreCall.PutManifest && failures-- > 0 ? PartStoreFault.Unavailable : PartStoreFault.None, log);
        var upload = await bench.OpenFirstUploadAsync();
        var body = Some.Bytes((int)Some.MiB + 10, 1);
        await bench.StoreAsync(upload, 0, body[..(int)Some.MiB]);
        await bench.StoreAsync(upload, Some.MiB, body[(int)Some.MiB..]);
        using var failed = new OwnMeasurements("orleansuploads.intents.failed");

        // The delivery is retried, and each failure is reported to the waiting callers.
        Task<CompletedArchive> completing;
        do
        {
            completing = bench.CompleteAsync(upload, body);
            while (!completing.IsCompleted)
            {
                bench.Time.Advance(TimeSpan.FromMilliseconds(10));
                await Task.Yield();
            }
        }
        while (completing.Exception?.InnerException is EntityUnavailableException);

        await completing;
        Assert.Equal(2, failed.Sum);
        Assert.Equal(
            ["failed at attempt 1.", "failed at attempt 2."],
            log.Entries.Select(entry => entry.Text[
                $"Delivering StoreManifest from {upload.Entity} ".Length..(entry.Text.IndexOf('.', StringComparison.Ordinal) + 1)]));
        Assert.All(log.Entries, entry => Assert.IsType<PartStoreUnavailableException>(entry.Fault));
    }

    [Fact]
    public async Task A_host_that_has_stopped_leaves_no_timer_that_keeps_it_in_memory()
    {
        var bench = new EngineBench();
        await bench.CreateVaultAsync();

        await bench.Host.DisposeAsync();

        Assert.Equal(0, bench.Time.PendingTimers);
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_saved_is_logged_without_other_effects()
    {
        var log = new RecordedLog();
        var bench = new EngineBench(
            call => call.Operation == JournalOperation.SaveSnapshot ? JournalFault.FailBefore : JournalFault.None, log);
        var list = new LeafId(ClientCalls.Incarnation.Uploads, LeafName.First).Entity;
        await bench.CreateVaultAsync();
        for (var i = 0; i < 100; i++)
        {
            await bench.AskAsync((await bench.OpenUploadAsync()).Entity, new AbortUpload(ClientCalls.Incarnation));
        }

        Assert.Contains(
            log.Entries,
            entry => entry.Text.StartsWith($"A snapshot of {list} could not be saved.", StringComparison.Ordinal)
                && entry.Fault is JournalUnavailableException);
        bench.Crash();
        Assert.Empty(await bench.ListUploadsAsync());
        await bench.AskAsync(Some.Vault.Entity, new DeleteVault(Some.Vault));
    }
}
