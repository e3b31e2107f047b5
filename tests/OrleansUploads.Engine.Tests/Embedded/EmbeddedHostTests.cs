using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Embedded;

public sealed class EmbeddedHostTests
{
    private static readonly byte[] Archive = Some.Bytes((2 * (int)Some.MiB) + 5, 1);

    private static byte[] PartOf(byte[] archive, int slot) =>
        archive[(slot * (int)Some.MiB)..Math.Min(archive.Length, (slot + 1) * (int)Some.MiB)];

    private static StorePart Report(int slot, int attempt) => new(
        Some.Vault,
        new PartRange(slot * Some.MiB, ((slot + 1) * Some.MiB) - 1),
        Some.Hash($"{slot}"),
        Some.Attempt(attempt));

    private static async Task<UploadId> UploadArchiveAsync(EngineBench bench)
    {
        var upload = await bench.OpenUploadAsync();
        foreach (var slot in new[] { 2, 0, 1 })
        {
            Assert.Same(Done.Instance, (await bench.StoreAsync(upload, slot * Some.MiB, PartOf(Archive, slot))).Answer);
        }

        return upload;
    }

    [Fact]
    public async Task Once_the_archive_ID_is_returned_the_vault_has_the_archive_and_no_longer_the_upload()
    {
        var bench = new EngineBench();
        await bench.CreateVaultAsync();
        var upload = await UploadArchiveAsync(bench);

        var archive = await bench.CompleteAsync(upload, Archive);

        Assert.Equal(Archive.Length, (await bench.FindAsync(archive.Archive))!.SizeBytes);
        Assert.Equal(1, (await bench.AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Archives);
        Assert.Empty(await bench.ListUploadsAsync(10));
        Assert.Equal(Archive, await bench.ReadAsync(upload, 0, Archive.Length - 1));
    }

    [Fact]
    public async Task A_thousand_concurrent_reports_share_a_few_writes()
    {
        FaultyJournal? journal = null;
        var bench = new EngineBench(inner => journal = new FaultyJournal(inner, JournalFaultPlans.None));
        await bench.CreateVaultAsync();
        var upload = await bench.OpenUploadAsync();
        var held = journal!.HoldAppends();

        var reports = Enumerable.Range(0, 1000)
            .Select(slot => bench.AskAsync(upload.Entity, Report(slot, slot)))
            .ToList();
        await held.WhenArrivedAsync(1, CancellationToken.None);
        Assert.DoesNotContain(reports, report => report.IsCompleted);
        var before = journal.Count(JournalFault.None);
        held.ReleaseAll();
        await Task.WhenAll(reports);

        Assert.InRange(journal.Count(JournalFault.None) - before, 1, 8);
    }

    [Theory]
    [InlineData(JournalOperation.Read)]
    [InlineData(JournalOperation.Append)]
    public async Task A_lack_of_memory_fails_the_commands_that_it_concerns_and_later_ones_are_answered(JournalOperation operation)
    {
        var lacks = false;
        var bench = new EngineBench(inner => new FaultyJournal(inner, call =>
        {
            var fails = lacks && call.Operation == operation;
            lacks &= !fails;
            return fails ? throw new InsufficientMemoryException() : JournalFault.None;
        }));
        await bench.CreateVaultAsync();
        var upload = await bench.OpenUploadAsync();
        bench.Crash();
        lacks = true;

        await Assert.ThrowsAsync<EntityUnavailableException>(
            () => bench.AskAsync(upload.Entity, Report(0, 1)).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        Assert.Same(Done.Instance, (await bench.AskAsync(upload.Entity, Report(0, 1))));
    }

    [Fact]
    [Promise("README.md", "An upload becomes at most one archive, regardless of the number of callers, retries, crashes and failovers")]
    public async Task Concurrent_completes_and_overlapping_part_reports_yield_one_archive()
    {
        var roundsWithArchive = 0;
        for (var round = 0; round < 200; round++)
        {
            var bench = new EngineBench();
            await bench.CreateVaultAsync();
            var upload = await bench.OpenUploadAsync();
            var reports = Enumerable.Range(0, 32).Select(caller => Task.Run(() => bench.AskAsync(upload.Entity, Report(caller % 4, caller))));
            await Task.WhenAll(reports);
            var hash = TreeHasher.Combine(Enumerable.Range(0, 4).Select(slot => Some.Hash($"{slot}")).ToArray());
            var late = Task.Run(() => bench.Host.AskAsync(
                upload.Entity, Report(round % 4, 99) with { TreeHash = Some.Hash("other") }, CancellationToken.None).AsTask());

            var completes = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(() => bench.Host.AskAsync(
                upload.Entity, new CompleteUpload(Some.Vault, 4 * Some.MiB, hash), CancellationToken.None).AsTask())));

            await late;
            var ids = completes.Where(outcome => outcome.Refusal is null).Select(outcome => outcome.Answer.Archive).ToHashSet();
            Assert.True(ids.Count <= 1);
            Assert.Equal(ids.Count, (await bench.AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Archives);
            roundsWithArchive += ids.Count;
        }

        // In rounds in which the late report of other bytes came first, all completes were correctly refused.
        Assert.True(roundsWithArchive > 0);
    }

    [Fact]
    public async Task The_engine_recovers_from_temporary_journal_failures_without_a_restart()
    {
        var failing = false;
        var bench = new EngineBench(inner => new FaultyJournal(
            inner, call => failing && call.Operation == JournalOperation.Append ? JournalFault.FailBefore : JournalFault.None));
        await bench.CreateVaultAsync();
        var upload = await bench.OpenUploadAsync();

        failing = true;
        await Assert.ThrowsAsync<EntityUnavailableException>(() => bench.AskAsync(upload.Entity, Report(0, 0)));
        failing = false;

        Assert.Same(Done.Instance, (await bench.AskAsync(upload.Entity, Report(0, 0))));
    }

    [Fact]
    public async Task A_hanging_write_is_unknown_after_its_timeout_and_fenced_if_it_lands_later()
    {
        FaultyJournal? journal = null;
        var bench = new EngineBench(inner => journal = new FaultyJournal(inner, JournalFaultPlans.None));
        await bench.CreateVaultAsync();
        var upload = await bench.OpenUploadAsync();
        var held = journal!.HoldAppends();
        var report = bench.AskAsync(upload.Entity, Report(0, 0));
        await held.WhenArrivedAsync(1, CancellationToken.None);

        bench.Time.Advance(new EmbeddedHostOptions().WriteTimeout);

        await Assert.ThrowsAsync<EntityUnavailableException>(() => report);
        held.ReleaseAll();

        // The late write may take effect before or after the entity is read again, so one report may fail.
        Assert.Same(Done.Instance, (await RepeatUntilAnsweredAsync(() => bench.AskAsync(upload.Entity, Report(0, 0)))));
        Assert.Single((await bench.AskAsync(upload.Entity, new ListParts(Some.Vault, 0, 10))).Parts);
    }

    [Fact]
    public async Task Commands_that_wait_for_an_intent_fail_when_the_host_stops()
    {
        var gate = new PartStoreGate();
        var plan = new PartStorePlan().Always(PartStoreCall.PutManifest, PartStoreFault.HoldBefore(gate));
        var bench = new EngineBench(wrapParts: inner => new FaultyPartStore(inner, plan));
        await bench.CreateVaultAsync();
        var upload = await UploadArchiveAsync(bench);
        var completed = bench.CompleteAsync(upload, Archive);
        await gate.Reached;

        await bench.Host.DisposeAsync();

        await Assert.ThrowsAsync<EntityUnavailableException>(
            () => completed.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Idle_entities_are_dropped_and_read_again()
    {
        var bench = new EngineBench();
        await bench.CreateVaultAsync();
        var upload = await bench.OpenUploadAsync();
        await bench.AskAsync(upload.Entity, Report(0, 0));
        Assert.True(bench.Host.LoadedEntities >= 3);

        bench.Time.Advance(new EmbeddedHostOptions().IdleLife * 2);

        Assert.Equal(0, bench.Host.LoadedEntities);
        Assert.Single((await bench.AskAsync(upload.Entity, new ListParts(Some.Vault, 0, 10))).Parts);
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
        const int Writes = 24;
        for (var failing = 1; failing <= Writes; failing++)
        {
            var bench = EngineBench.FailingAt(failing, fault);
            await bench.UntilAnsweredAsync(bench.CreateVaultAsync);
            var upload = await bench.UntilAnsweredAsync(() => bench.OpenUploadAsync());
            await bench.UntilAnsweredAsync(() => bench.StoreAsync(upload, 0, PartOf(Archive, 0)));
            await bench.UntilAnsweredAsync(() => bench.StoreAsync(upload, Some.MiB, PartOf(Archive, 1)));
            await bench.UntilAnsweredAsync(() => bench.StoreAsync(upload, 2 * Some.MiB, PartOf(Archive, 2)));
            var first = await bench.UntilAnsweredAsync(() => bench.CompleteAsync(upload, Archive));
            var second = await bench.UntilAnsweredAsync(() => bench.CompleteAsync(upload, Archive));
            await bench.Wakes.RunAsync(CancellationToken.None);

            Assert.Equal(first, second);
            Assert.Equal(1, (await bench.AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Archives);
            Assert.NotNull(await bench.FindAsync(first.Archive));
            Assert.Equal(Archive, await bench.ReadAsync(upload, 0, Archive.Length - 1));
        }
    }

    [Fact]
    public async Task The_next_wake_scan_delivers_intents_left_by_a_crash()
    {
        var crashed = false;
        var bench = new EngineBench(inner => new FaultyJournal(
            inner, call => crashed && call.Entity.Kind == EntityKind.ArchiveShard ? JournalFault.FailBefore : JournalFault.None));
        await bench.CreateVaultAsync();
        var upload = await UploadArchiveAsync(bench);
        crashed = true;
        await Assert.ThrowsAsync<EntityUnavailableException>(() => bench.CompleteAsync(upload, Archive));
        crashed = false;
        bench.Crash();

        await bench.Wakes.RunAsync(CancellationToken.None);

        // The scan starts the delivery. Repeating the completion waits for its end.
        var archive = await bench.CompleteAsync(upload, Archive);
        Assert.NotNull(await bench.FindAsync(archive.Archive));
        Assert.Empty(await bench.ListUploadsAsync(10));
    }

    [Fact]
    public async Task Two_hosts_on_one_journal_never_make_a_decision_twice()
    {
        var bench = new EngineBench();
        await bench.CreateVaultAsync();
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
                    var outcome = await host.AskAsync(
                        upload.Entity,
                        new CompleteUpload(Some.Vault, Archive.Length, TreeHasher.Compute(Archive)),
                        CancellationToken.None);
                    answers.Add(outcome.Answer.Archive);
                }
                catch (EntityUnavailableException)
                {
                    // Fenced: by the next round, this host has read what the other one wrote.
                }
            }
        }

        Assert.True(answers.Count >= 4);
        Assert.Single(answers.Distinct());
        Assert.Equal(1, (await bench.AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Archives);
    }

    private static async Task<T> RepeatUntilAnsweredAsync<T>(Func<Task<T>> ask)
    {
        const int Tries = 10;
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await ask();
            }
            catch (EntityUnavailableException) when (tries < Tries)
            {
            }
        }
    }

    [Fact]
    public async Task An_intent_that_cannot_be_delivered_is_logged_and_counted_and_delivered_later()
    {
        var log = new RecordedLog();
        var failures = 2;
        var bench = new EngineBench(
            wrapParts: inner => new FaultyPartStore(inner, step =>
                step.Call == PartStoreCall.PutManifest && failures-- > 0 ? PartStoreFault.Unavailable : PartStoreFault.None),
            log: new EngineLog(log, TimeProvider.System));
        await bench.CreateVaultAsync();
        var upload = await bench.OpenUploadAsync();
        var body = Some.Bytes(1000, 1);
        await bench.StoreAsync(upload, 0, body);
        using var failed = new OwnMeasurements("orleansuploads.intents.failed");

        while (!await TryCompleteAsync(bench, upload, body))
        {
            // The delivery is retried, and each failure is reported to the waiting callers.
        }

        Assert.Equal(2, failed.Sum);
        Assert.Equal(
            ["failed at attempt 1.", "failed at attempt 2."],
            log.Entries.Select(entry => entry.Text[
                $"Delivering StoreManifest from {upload.Entity} ".Length..(entry.Text.IndexOf('.', StringComparison.Ordinal) + 1)]));
        Assert.All(log.Entries, entry => Assert.IsType<PartStoreUnavailableException>(entry.Fault));
    }

    private static async Task<bool> TryCompleteAsync(EngineBench bench, UploadId upload, byte[] archive)
    {
        var completing = bench.CompleteAsync(upload, archive);
        while (!completing.IsCompleted)
        {
            bench.Time.Advance(TimeSpan.FromMilliseconds(10));
            await Task.Yield();
        }

        try
        {
            await completing;
            return true;
        }
        catch (EntityUnavailableException)
        {
            return false;
        }
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_saved_is_logged_without_other_effects()
    {
        var log = new RecordedLog();
        var bench = new EngineBench(
            inner => new FaultyJournal(
                inner, call => call.Operation == JournalOperation.SaveSnapshot ? JournalFault.FailBefore : JournalFault.None),
            log: new EngineLog(log, TimeProvider.System));
        await bench.CreateVaultAsync();
        for (var i = 0; i < 100; i++)
        {
            await bench.AskAsync((await bench.OpenUploadAsync()).Entity, new AbortUpload(Some.Vault));
        }

        Assert.Contains(
            log.Entries,
            entry => entry.Text.StartsWith($"A snapshot of {Some.Vault.Entity} could not be saved.", StringComparison.Ordinal)
                && entry.Fault is JournalUnavailableException);
        bench.Crash();
        Assert.Empty(await bench.ListUploadsAsync());
        await bench.AskAsync(Some.Vault.Entity, new DeleteVault(Some.Vault));
    }
}
