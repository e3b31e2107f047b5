namespace OrleansUploads.Simulation.Tests;

/// <summary>Failures of other upload servers, reproduced against this engine. docs/museum.md describes each under the
/// test's name.</summary>
public sealed class MuseumTests
{
    private readonly MuseumWorld _world = new();

    [Fact]
    [Promise("README.md", "A returned archive ID never changes, and it resolves to its archive until the archive is deleted")]
    [Promise("README.md", "Repeating the complete request returns the same archive ID, from any client, for as long as the archive exists and for seven days after its deletion")]
    public async Task Complete_retry_returns_same_id()
    {
        var upload = await _world.InitiateAsync();
        await _world.PutAsync(upload, 0, "abc");
        var first = await _world.CompleteAsync(upload, "abc");
        var again = await _world.CompleteAsync(upload, "abc");
        await _world.RestartAsync();
        var afterRestart = await _world.CompleteAsync(upload, "abc");
        Assert.Equal(first.Answer.Archive, again.Answer.Archive);
        Assert.Equal(first.Answer.Archive, afterRestart.Answer.Archive);
    }

    [Fact]
    public async Task Complete_retry_with_other_hash_is_refused()
    {
        var upload = await _world.InitiateAsync();
        await _world.PutAsync(upload, 0, "abc");
        var first = await _world.CompleteAsync(upload, "abc");
        var other = await _world.CompleteAsync(upload, "abd");
        Assert.Equal(first.Answer.Archive, Assert.IsType<Refusal.CompletionMismatch>(other.Refusal).Archive);
        Assert.Equal("abc", await _world.ReadAsync(upload));
    }

    [Fact]
    public async Task Complete_races_complete_one_archive()
    {
        var upload = await _world.InitiateAsync();
        await _world.PutAsync(upload, 0, "abc");
        var racing = Enumerable.Range(0, 16).Select(_ => _world.CompleteAsync(upload, "abc").AsTask());
        var ids = (await Task.WhenAll(racing)).Select(done => done.Answer.Archive).Distinct();
        Assert.Single(ids);
        Assert.Equal(1, (await _world.DescribeAsync()).Archives);
    }

    [Fact]
    public async Task Complete_races_abort_exactly_one_wins()
    {
        for (var round = 0; round < 20; round++)
        {
            var upload = await _world.InitiateAsync();
            await _world.PutAsync(upload, 0, "abc");
            var abort = _world.AbortAsync(upload).AsTask();
            var complete = _world.CompleteAsync(upload, "abc").AsTask();
            await Task.WhenAll(abort, complete);
            Assert.NotEqual((await abort).Refusal is null, (await complete).Refusal is null);
        }
    }

    [Fact]
    public async Task Abort_answered_then_complete_must_fail()
    {
        var upload = await _world.InitiateAsync();
        await _world.PutAsync(upload, 0, "abc");
        await _world.AbortAsync(upload);
        Assert.IsType<Refusal.UploadNotFound>((await _world.CompleteAsync(upload, "abc")).Refusal);
        await _world.CollectAsync();
        Assert.Empty(await _world.StoredUploadsAsync());
    }

    [Fact]
    public async Task Part_lands_after_abort_is_refused_and_leaves_no_bytes()
    {
        var upload = await _world.InitiateAsync();
        var attempt = await _world.WriteAsync(upload, "abc");
        await _world.AbortAsync(upload);
        Assert.IsType<Refusal.UploadNotFound>((await _world.ReportAsync(upload, 0, "abc", attempt)).Refusal);
        await _world.CollectAsync();
        Assert.Empty(await _world.StoredUploadsAsync());
    }

    [Fact]
    public async Task Part_in_flight_during_complete_never_changes_archive()
    {
        var upload = await _world.InitiateAsync();
        await _world.PutAsync(upload, 0, "abc");
        var late = await _world.WriteAsync(upload, "xyz");
        await _world.CompleteAsync(upload, "abc");
        Assert.IsType<Refusal.UploadNotFound>((await _world.ReportAsync(upload, 0, "xyz", late)).Refusal);
        Assert.Equal("abc", await _world.ReadAsync(upload));
    }

    [Fact]
    [Promise("README.md", "A returned archive ID never changes, and it resolves to its archive until the archive is deleted")]
    public async Task Reclaim_and_abort_never_free_published_bytes()
    {
        var upload = await _world.InitiateAsync();
        await _world.PutAsync(upload, 0, "abc");
        await _world.CompleteAsync(upload, "abc");
        Assert.IsType<Refusal.UploadNotFound>((await _world.AbortAsync(upload)).Refusal);
        _world.Time.Advance(UploadPolicy.DefaultStaleAfter * 3);
        await _world.WakeAsync();
        await _world.CollectAsync();
        Assert.Equal("abc", await _world.ReadAsync(upload));
    }

    [Fact]
    [Promise("README.md", "Storage does not leak: after reclamation, the part store holds only bytes that belong to open uploads and archives")]
    public async Task Resent_part_leaves_no_orphan()
    {
        var upload = await _world.InitiateAsync();
        await _world.PutAsync(upload, 0, "abc");
        await _world.PutAsync(upload, 0, "abd");
        await _world.PutAsync(upload, 0, "abd");
        await _world.CompleteAsync(upload, "abd");
        await _world.CollectAsync();
        Assert.Single(await _world.StoredAttemptsAsync(upload));
        Assert.Equal("abd", await _world.ReadAsync(upload));
    }

    [Fact]
    public async Task First_finishes_last()
    {
        var upload = await _world.InitiateAsync();
        var slow = await _world.WriteAsync(upload, "slow");
        await _world.PutAsync(upload, 0, "fast");

        // The newest report decides, not the order in which the attempts started. The complete request states the expected
        // bytes.
        await _world.ReportAsync(upload, 0, "slow", slow);
        Assert.IsType<Refusal.TreeHashDiffers>((await _world.CompleteAsync(upload, "fast")).Refusal);
        await _world.CompleteAsync(upload, "slow");
        await _world.CollectAsync();
        Assert.Equal("slow", await _world.ReadAsync(upload));
        Assert.Single(await _world.StoredAttemptsAsync(upload));
    }

    [Fact]
    public void Ten_thousand_parts_with_resends_completes()
    {
        var upload = new DeciderDriver<UploadState, UploadCommand, UploadEvent>(new UploadDecider(new UploadPolicy()));
        upload.Do(new InitiateUpload(Some.Spec()));
        var hashes = new OrleansUploads.Hashing.TreeHash[Limits.MaxParts];
        for (var turn = 0; turn < 2; turn++)
        {
            for (var slot = 0; slot < Limits.MaxParts; slot++)
            {
                hashes[slot] = Some.Hash($"{turn}/{slot % 7}");
                var range = new PartRange(slot * Some.MiB, ((slot + 1) * Some.MiB) - 1);
                upload.Ask(new StorePart(Some.Incarnation, range, hashes[slot], Some.Attempt((turn * Limits.MaxParts) + slot)));
            }
        }

        var whole = OrleansUploads.Hashing.TreeHasher.Combine(hashes);
        Assert.Equal(whole, upload.Ask(new CompleteUpload(Some.Incarnation, Limits.MaxParts * Some.MiB, whole)).TreeHash);
    }

    [Fact]
    public async Task Short_middle_part_is_refused_before_it_becomes_an_archive()
    {
        var upload = await _world.InitiateAsync();
        await _world.PutAsync(upload, 0, "short");
        await _world.PutAsync(upload, 1, "last");
        Assert.IsType<Refusal.PartTooShort>((await _world.CompleteAsync(upload, "shortlast")).Refusal);
    }

    [Fact]
    [Promise("cluster.md", "a silo hangs, is paused or is cut off")]
    public async Task Stale_activation_write_is_fenced()
    {
        var upload = await _world.InitiateAsync();
        await using var other = _world.AnotherHost();
        await other.AskAsync(upload.Entity, new ListParts(MuseumWorld.Vault, 0, 10), CancellationToken.None);
        await _world.PutAsync(upload, 0, "abc");
        await Assert.ThrowsAsync<EntityUnavailableException>(
            async () => await other.AskAsync(upload.Entity, new AbortUpload(MuseumWorld.Vault), CancellationToken.None));
        Assert.Null((await _world.CompleteAsync(upload, "abc")).Refusal);
    }

    [Fact]
    public async Task Missed_reminder_still_reclaims()
    {
        var upload = await _world.InitiateAsync();
        await _world.PutAsync(upload, 0, "abc");
        await _world.RestartAsync();

        // No timer ran in these weeks. The scan still finds what is due.
        _world.Time.Advance(UploadPolicy.DefaultStaleAfter * 5);
        await _world.WakeAsync();
        await _world.CollectAsync();
        Assert.Empty(await _world.StoredUploadsAsync());
        Assert.Empty(await _world.ListUploadsAsync());
    }

    [Fact]
    public async Task Readable_at_once_after_complete()
    {
        var upload = await _world.InitiateAsync();
        await _world.PutAsync(upload, 0, "abc");
        await _world.CompleteAsync(upload, "abc");
        Assert.Equal("abc", await _world.ReadAsync(upload));
        Assert.Equal(1, (await _world.DescribeAsync()).Archives);
    }

    [Fact]
    public async Task Quota_failure_keeps_parts_and_can_be_retried()
    {
        var upload = await _world.InitiateAsync();
        await _world.PutAsync(upload, 0, "abc");
        _world.IsFull = true;
        await Assert.ThrowsAsync<PartStoreFullException>(async () => await _world.PutAsync(upload, 0, "abd"));
        _world.IsFull = false;
        Assert.Null((await _world.CompleteAsync(upload, "abc")).Refusal);
    }

    [Fact]
    public async Task Crashed_holder_does_not_block()
    {
        var upload = await _world.InitiateAsync();
        await _world.WriteAsync(upload, "abc");

        // The host dies in the middle of a part. Nothing was locked, so the next host continues at once.
        await _world.RestartAsync();
        await _world.PutAsync(upload, 0, "abc");
        Assert.Null((await _world.CompleteAsync(upload, "abc")).Refusal);
    }

    [Fact]
    public async Task List_sees_every_open_upload_at_once()
    {
        var uploads = new HashSet<UploadId>();
        for (var i = 0; i < 50; i++)
        {
            uploads.Add(await _world.InitiateAsync());
            Assert.Equal(uploads, [.. await _world.ListUploadsAsync()]);
        }
    }
}
