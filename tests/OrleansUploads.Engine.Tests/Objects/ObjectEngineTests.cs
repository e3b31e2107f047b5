using System.IO.Pipelines;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Settings;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.Hashing.Checksums;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Objects;

public sealed class ObjectEngineTests : IAsyncLifetime
{
    private const int FirstPartBytes = 5 << 20;

    private readonly ObjectBench _bench = new();

    public async ValueTask InitializeAsync() => await _bench.CreateBucketAsync();

    public ValueTask DisposeAsync() => _bench.Host.DisposeAsync();

    [Fact]
    public async Task A_multipart_object_has_the_chosen_parts_in_order_and_repeats_get_the_same_answer_after_a_restart()
    {
        var upload = await _bench.InitiateAsync("big");
        var last = await _bench.StoreAsync(upload, "big", 7, ObjectBench.Bytes("end"));
        await _bench.StoreAsync(upload, "big", 5, ObjectBench.Bytes("dropped"));
        var first = await _bench.StoreAsync(upload, "big", 2, Some.Bytes(FirstPartBytes, 1));
        Assert.Equal([upload], (await _bench.ListAsync(KeyTree.Uploads)).Entries.Select(entry => entry.Upload));

        var published = (await _bench.CompleteAsync(upload, "big", null, first, last)).Answer;
        Assert.Equal((FirstPartBytes + 3, 2), (published.SizeBytes, published.ETag.Parts));
        Assert.Equal(ChecksumType.FullObject, published.Checksum!.Value.Type);
        Assert.Empty((await _bench.ListAsync(KeyTree.Uploads)).Entries);
        Assert.Equal("end", await _bench.GetAsync("big", new PartRange(FirstPartBytes, FirstPartBytes + 2)));

        _bench.Start();
        Assert.Equal(published, (await _bench.CompleteAsync(upload, "big", null, first, last)).Answer);
        Assert.IsType<ObjectRefusal.CompletedOtherwise>((await _bench.CompleteAsync(upload, "big", null, last)).Refusal);

        await _bench.PutAsync("big", "small");
        Assert.Equal(published, (await _bench.CompleteAsync(upload, "big", null, first, last)).Answer);
        Assert.Equal("small", await _bench.GetAsync("big"));
    }

    [Fact]
    public async Task Nothing_more_is_copied_once_the_reader_is_closed()
    {
        var pipe = new Pipe();
        await using var destination = new ObjectCopier.PipeDestination(pipe.Writer);
        await destination.WriteAsync(new byte[10]);
        await pipe.Reader.AsStream().DisposeAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await destination.WriteAsync(new byte[10]));
    }

    [Fact]
    public async Task All_of_64_concurrent_completions_get_the_same_object()
    {
        var (upload, part) = await _bench.InitiateAsync("k", "x");
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(
            async () => (await _bench.CompleteAsync(upload, "k", null, part)).Answer)));
        Assert.Single(answers.Distinct());
        Assert.Equal("x", await _bench.GetAsync("k"));
    }

    /// <summary>A leaf remembers only some publications that their uploads have recorded, but all others.</summary>
    [Theory]
    [InlineData(1 << 20)]
    [InlineData(3000)]
    public async Task Hundreds_of_publications_that_a_crash_interrupted_never_bring_back_what_was_overwritten_or_deleted(long leafBytes)
    {
        const int puts = 300;
        var isDown = true;
        var bench = new ObjectBench(leafBytes, call =>
            isDown && call is { Operation: JournalOperation.Append, Entity.Kind: EntityKind.Upload, Number: > 0 }
                ? JournalFault.FailBefore
                : JournalFault.None);
        await bench.CreateBucketAsync();
        await Task.WhenAll(Enumerable.Range(0, puts).Select(i => Task.Run(() => bench.PutAsync($"p/{i:d3}", $"first {i}"))));

        // No upload has recorded that its object was published. All of them publish it again.
        await bench.Host.DisposeAsync();
        bench.Start();
        isDown = false;
        var changes = Enumerable.Range(0, puts).Select(i => Task.Run(async () =>
        {
            await (i % 3 == 0 ? bench.DeleteAsync($"p/{i:d3}") : i % 3 == 1 ? bench.PutAsync($"p/{i:d3}", $"second {i}") : Task.CompletedTask);
        }));
        await Task.WhenAll([.. changes, Task.Run(async () => await bench.Wakes.RunAsync(CancellationToken.None))]);
        await bench.WakeAllAsync(TimeSpan.FromMinutes(1));

        for (var i = 0; i < puts; i++)
        {
            Assert.Equal((i % 3) switch { 0 => null, 1 => $"second {i}", _ => $"first {i}" }, await bench.GetAsync($"p/{i:d3}"));
        }
    }

    /// <summary>The first host is like a silo that was paused while its leaf wrote a publication, and goes on when another silo has the
    /// leaf and has overwritten more objects than the leaf remembers.</summary>
    [Fact]
    [Promise("cluster.md", "a silo hangs, is paused or is cut off")]
    public async Task A_host_that_was_paused_never_brings_back_what_was_overwritten_meanwhile()
    {
        var bench = new ObjectBench(leafBytes: 1 << 20);
        await bench.CreateBucketAsync();
        var (upload, part) = await bench.InitiateAsync("k", "old");
        var appends = bench.Journal.HoldAppends();
        var pausedIntake = bench.Intake;
        var completion = bench.CompleteAsync(upload, "k", null, part);
        await appends.WhenArrivedAsync(1, Cancellation);
        appends.ReleaseOne();
        await appends.WhenArrivedAsync(2, Cancellation);

        bench.Start();
        var published = (await bench.CompleteAsync(upload, "k", null, part)).Answer;
        Assert.Equal("old", await bench.GetAsync("k"));
        for (var i = 0; i < 100; i++)
        {
            bench.Time.Advance(TimeSpan.FromMilliseconds(1));
            await bench.PutAsync("k", $"new {i}");
        }

        appends.ReleaseAll();
        await Assert.ThrowsAsync<EntityUnavailableException>(() => completion);
        var repeated = Task.Run(async () =>
        {
            // The paused host notices that another one has written to the journal.
            while (true)
            {
                try
                {
                    return await pausedIntake.CompleteAsync(
                        upload, SomeObject.Named("k"), [part], null, null, null, null, Cancellation);
                }
                catch (EntityUnavailableException)
                {
                }
            }
        });
        while (!repeated.IsCompleted)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(published, (await repeated).Answer);
        bench.Start();
        Assert.Equal("new 99", await bench.GetAsync("k"));
    }

    [Fact]
    public async Task Of_two_clients_that_create_a_key_exactly_one_wins()
    {
        for (var round = 0; round < 100; round++)
        {
            var key = $"race/{round}";
            var outcomes = await Task.WhenAll(
                Task.Run(() => _bench.PutAsync(key, "one", PublishCondition.MustBeAbsent)),
                Task.Run(() => _bench.PutAsync(key, "two", PublishCondition.MustBeAbsent)));
            Assert.Equal(new ObjectRefusal.PreconditionFailed(Exists: true), Assert.Single(outcomes, outcome => outcome.Refusal is not null).Refusal);
            Assert.Equal(outcomes[0].Refusal is null ? "one" : "two", await _bench.GetAsync(key));
        }
    }

    [Fact]
    public async Task A_completion_and_an_abort_are_in_one_order()
    {
        var completed = 0;
        for (var round = 0; round < 100; round++)
        {
            var key = $"race/{round}";
            var (upload, part) = await _bench.InitiateAsync(key, "x");
            var command = new CompleteObjectUpload(SomeObject.Named(key), [part], null, null, null, Stored: null);
            var complete = Task.Run(async () => await _bench.Host.AskAsync(upload.Entity, command, CancellationToken.None));
            if (round == 0)
            {
                await complete;
            }

            var abort = Task.Run(async () => await _bench.AbortAsync(upload, key));
            var hasObject = (await complete).Refusal is null;
            Assert.NotEqual(hasObject, (await abort).Refusal is null);
            Assert.Equal(hasObject ? "x" : null, await _bench.GetAsync(key));
            completed += hasObject ? 1 : 0;
        }

        Assert.InRange(completed, 1, 100);
        Assert.Empty((await _bench.ListAsync(KeyTree.Uploads)).Entries);
    }

    [Fact]
    public async Task Bytes_that_differ_from_what_is_stated_are_not_stored()
    {
        var name = SomeObject.Named("k");
        var wrong = ChecksumHasher.Compute(ChecksumAlgorithm.Sha1, "other"u8);
        var wrongSha256 = ChecksumHasher.Compute(ChecksumAlgorithm.Sha256, "other"u8);
        foreach (var (body, expected) in new (ObjectBody, Type)[]
        {
            (Body() with { Sha256 = ClientCalls.Hashes("other"u8.ToArray()).Linear }, typeof(Refusal.LinearHashDiffers)),
            (Body(new StatedDigests(SomeObject.Md5("other"), null)), typeof(ObjectRefusal.Md5Differs)),
            (Body(new StatedDigests(null, wrong)), typeof(ObjectRefusal.ChecksumDiffers)),
            (Body(new StatedDigests(null, wrongSha256)), typeof(ObjectRefusal.ChecksumDiffers)),
        })
        {
            var outcome = await _bench.Intake.PutAsync(name, ObjectBench.Headers, body, null, CancellationToken.None);
            Assert.IsType(expected, outcome.Refusal);
        }

        Assert.Null(await _bench.GetAsync("k"));
        Assert.Equal(0, await _bench.CountUploadsWithBytesAsync());

        static ObjectBody Body(StatedDigests stated = default) => ObjectBench.Body("body"u8.ToArray(), stated);
    }

    [Fact]
    public async Task The_leaf_of_a_key_is_loaded_before_the_bytes_of_the_object_are_stored()
    {
        await _bench.PutAsync("k", "old");
        _bench.Start();
        var loaded = 0;
        var body = new ObjectBody(new MemoryStream("new"u8.ToArray()), 3, Sha256: null, Algorithm: null, () =>
        {
            loaded = _bench.Host.LoadedEntities;
            return default;
        });
        _ = (await _bench.Intake.PutAsync(SomeObject.Named("k"), ObjectBench.Headers, body, condition: null, CancellationToken.None)).Answer;

        const int routesAndLeaf = 2;
        Assert.Equal(routesAndLeaf, loaded);
    }

    [Fact]
    public async Task If_the_repetition_of_a_put_is_refused_the_first_put_may_still_make_the_object()
    {
        var repeating = new LatePuts(_bench.Host);
        var intake = new ObjectIntake(repeating, _bench.Parts, _bench.Ids, _bench.Time, _bench.Keys);
        var put = await intake.PutAsync(
            SomeObject.Named("k"), ObjectBench.Headers, ObjectBench.Body("new"u8.ToArray()), condition: null, CancellationToken.None);
        Assert.IsType<ObjectRefusal.NumberedAttemptCollected>(put.Refusal);

        await _bench.AskAsync(repeating.Delayed!.Spec.Upload.Entity, repeating.Delayed);
        Assert.Equal("new", await _bench.GetAsync("k"));
    }

    [Fact]
    [Promise("operations.md", "bytes of an overwritten or deleted object")]
    public async Task The_bytes_of_replaced_and_deleted_objects_are_deleted_after_their_grace_without_the_collector()
    {
        await _bench.PutAsync("a", "one");
        await _bench.PutAsync("a", "two");
        await _bench.PutAsync("b", "gone");
        await _bench.DeleteAsync("b");
        Assert.Equal(3, await _bench.CountUploadsWithBytesAsync());
        await _bench.WakeAllAsync(UploadPolicy.DefaultReplacedObjectGrace);

        Assert.Equal("two", await _bench.GetAsync("a"));
        Assert.Equal(1, await _bench.CountUploadsWithBytesAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reader_that_is_slower_than_the_grace_is_not_told_of_damage(bool isDeleted)
    {
        await _bench.PutAsync("k", "one");
        var found = (await _bench.Reader.FindAsync(SomeObject.Named("k"), CancellationToken.None)).Answer;
        var manifest = await _bench.Reader.ReadManifestAsync(found, CancellationToken.None);
        if (isDeleted)
        {
            await _bench.DeleteAsync("k");
            await _bench.WakeAllAsync(UploadPolicy.DefaultReplacedObjectGrace);
        }
        else
        {
            await _bench.Parts.DeleteUploadAsync(found.Entry.Upload, CancellationToken.None);
        }

        var fault = await Assert.ThrowsAnyAsync<Exception>(async () => await _bench.Reader.CopyAsync(
            found, manifest, new PartRange(0, 2), Stream.Null, CancellationToken.None));
        Assert.IsType(isDeleted ? typeof(EntityUnavailableException) : typeof(AttemptDamagedException), fault);
    }

    /// <summary>Holds each put back, and refuses it as a repetition that came too late.</summary>
    private sealed class LatePuts(IEntityHost inner) : IEntityHost
    {
        public PutObject? Delayed { get; private set; }

        public async ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
        {
            if (command is PutObject put)
            {
                Delayed = put;
                return new(new ObjectRefusal.NumberedAttemptCollected(put.Part.Number), IsToRepetition: true);
            }

            return await inner.SendAsync(entity, command, cancellationToken) with { IsToRepetition = true };
        }
    }
}
