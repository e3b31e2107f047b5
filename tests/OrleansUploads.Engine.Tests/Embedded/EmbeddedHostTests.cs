using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;
using OrleansUploads.TestKit;
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
            Assert.True((await bench.StoreAsync(upload, slot * Some.MiB, PartOf(Archive, slot))).Answer.AttemptInUse);
        }

        return upload;
    }

    [Fact]
    public async Task Who_gets_an_archive_ID_finds_the_archive_in_the_vault_and_the_upload_no_more()
    {
        var bench = new EngineBench();
        await bench.CreateVaultAsync();
        var upload = await UploadArchiveAsync(bench);

        var archive = await bench.CompleteAsync(upload, Archive);

        Assert.Equal(Archive.Length, (await bench.FindAsync(archive.Archive))!.SizeBytes);
        Assert.Equal(1, (await bench.AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Archives);
        Assert.Empty((await bench.AskAsync(Some.Vault.Entity, new ListUploads(Some.Vault, "", 10))).Uploads);
        Assert.Equal(Archive, await bench.ReadAsync(upload, 0, Archive.Length - 1));
    }

    [Fact]
    public async Task A_thousand_concurrent_reports_cost_a_handful_of_writes()
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

    [Fact]
    public async Task Of_32_callers_who_complete_at_once_while_32_report_overlapping_parts_all_get_one_archive()
    {
        var roundsWithArchive = 0;
        for (var round = 0; round < 200; round++)
        {
            var bench = new EngineBench();
            await bench.CreateVaultAsync();
            var upload = await bench.OpenUploadAsync();
            var reports = Enumerable.Range(0, 32).Select(caller => Task.Run(() => bench.AskAsync(upload.Entity, Report(caller % 4, caller))));
            await Task.WhenAll(reports);
            var hash = Core.Hashing.TreeHasher.Combine(Enumerable.Range(0, 4).Select(slot => Some.Hash($"{slot}")).ToArray());
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

        // Where the late report of other bytes came first, all completes were rightly refused.
        Assert.True(roundsWithArchive > 0);
    }

    [Fact]
    public async Task A_journal_that_fails_for_a_while_is_forgiven_without_a_restart()
    {
        var failing = false;
        var bench = new EngineBench(inner => new FaultyJournal(
            inner, call => failing && call.Operation == JournalOperation.Append ? JournalFault.FailBefore : JournalFault.None));
        await bench.CreateVaultAsync();
        var upload = await bench.OpenUploadAsync();

        failing = true;
        await Assert.ThrowsAsync<EntityUnavailableException>(() => bench.AskAsync(upload.Entity, Report(0, 0)));
        failing = false;

        Assert.True((await bench.AskAsync(upload.Entity, Report(0, 0))).AttemptInUse);
    }

    [Fact]
    public async Task A_write_that_hangs_is_unknown_after_its_timeout_and_fenced_if_it_lands_later()
    {
        FaultyJournal? journal = null;
        var bench = new EngineBench(inner => journal = new FaultyJournal(inner, JournalFaultPlans.None));
        await bench.CreateVaultAsync();
        var upload = await bench.OpenUploadAsync();
        var held = journal!.HoldAppends();
        var report = bench.AskAsync(upload.Entity, Report(0, 0));
        await held.WhenArrivedAsync(1, CancellationToken.None);

        bench.Time.Advance(EmbeddedHostOptions.DefaultWriteTimeout);

        await Assert.ThrowsAsync<EntityUnavailableException>(() => report);
        held.ReleaseAll();
        Assert.True((await bench.AskAsync(upload.Entity, Report(0, 0))).AttemptInUse);
        Assert.Single((await bench.AskAsync(upload.Entity, new ListParts(Some.Vault, 0, 10))).Parts);
    }

    [Fact]
    public async Task Idle_entities_leave_memory_and_are_read_again()
    {
        var bench = new EngineBench();
        await bench.CreateVaultAsync();
        var upload = await bench.OpenUploadAsync();
        await bench.AskAsync(upload.Entity, Report(0, 0));
        Assert.True(bench.Host.LoadedEntities >= 3);

        bench.Time.Advance(EmbeddedHostOptions.DefaultIdleLife * 2);

        Assert.Equal(0, bench.Host.LoadedEntities);
        Assert.Single((await bench.AskAsync(upload.Entity, new ListParts(Some.Vault, 0, 10))).Parts);
    }

    /// <summary>The life of an archive, with one journal write after the other failing, before or after its effect, and the
    /// process replaced right then. Every caller repeats until it has an answer; there is one archive, counted once.</summary>
    [Theory]
    [InlineData(JournalFault.FailBefore)]
    [InlineData(JournalFault.FailAfter)]
    public async Task Whichever_write_fails_and_takes_the_process_with_it_the_archive_is_there_once(JournalFault fault)
    {
        const int Writes = 24;
        for (var failing = 1; failing <= Writes; failing++)
        {
            var writes = 0;
            var bench = new EngineBench(inner => new FaultyJournal(
                inner, call => call.Operation == JournalOperation.Append && ++writes == failing ? fault : JournalFault.None));
            await UntilAnsweredAsync(bench, async () =>
            {
                await bench.CreateVaultAsync();
                return true;
            });
            var upload = await UntilAnsweredAsync(bench, () => bench.OpenUploadAsync());
            await UntilAnsweredAsync(bench, () => bench.StoreAsync(upload, 0, PartOf(Archive, 0)));
            await UntilAnsweredAsync(bench, () => bench.StoreAsync(upload, Some.MiB, PartOf(Archive, 1)));
            await UntilAnsweredAsync(bench, () => bench.StoreAsync(upload, 2 * Some.MiB, PartOf(Archive, 2)));
            var first = await UntilAnsweredAsync(bench, () => bench.CompleteAsync(upload, Archive));
            var second = await UntilAnsweredAsync(bench, () => bench.CompleteAsync(upload, Archive));
            await bench.Wakes.RunAsync(CancellationToken.None);

            Assert.Equal(first, second);
            Assert.Equal(1, (await bench.AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Archives);
            Assert.NotNull(await bench.FindAsync(first.Archive));
            Assert.Equal(Archive, await bench.ReadAsync(upload, 0, Archive.Length - 1));
        }
    }

    [Fact]
    public async Task What_a_crash_left_undelivered_is_delivered_by_the_next_wake_scan_without_any_caller()
    {
        var crashed = false;
        var bench = new EngineBench(inner => new FaultyJournal(
            inner, call => crashed && call.Entity.Kind == Core.EntityKind.ArchiveShard ? JournalFault.FailBefore : JournalFault.None));
        await bench.CreateVaultAsync();
        var upload = await UploadArchiveAsync(bench);
        crashed = true;
        await Assert.ThrowsAsync<EntityUnavailableException>(() => bench.CompleteAsync(upload, Archive));
        crashed = false;
        bench.Crash();

        await bench.Wakes.RunAsync(CancellationToken.None);

        // The scan starts the delivery; asking the upload again waits for its end.
        var archive = await bench.CompleteAsync(upload, Archive);
        Assert.NotNull(await bench.FindAsync(archive.Archive));
        Assert.Empty((await bench.AskAsync(Some.Vault.Entity, new ListUploads(Some.Vault, "", 10))).Uploads);
    }

    [Fact]
    public async Task Two_hosts_on_one_journal_never_decide_twice()
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
                        new CompleteUpload(Some.Vault, Archive.Length, Core.Hashing.TreeHasher.Compute(Archive)),
                        CancellationToken.None);
                    answers.Add(outcome.Answer.Archive);
                }
                catch (EntityUnavailableException)
                {
                    // Fenced off; the next round has read what the other one wrote.
                }
            }
        }

        Assert.True(answers.Count >= 4);
        Assert.Single(answers.Distinct());
        Assert.Equal(1, (await bench.AskAsync(Some.Vault.Entity, new DescribeVault(Some.Vault))).Archives);
    }

    private static async Task<T> UntilAnsweredAsync<T>(EngineBench bench, Func<Task<T>> ask)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await ask();
            }
            catch (EntityUnavailableException) when (tries < 10)
            {
                bench.Crash();
            }
        }
    }
}
