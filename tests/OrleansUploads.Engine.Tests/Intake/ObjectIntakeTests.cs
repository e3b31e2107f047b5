using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Collecting;
using OrleansUploads.Engine.Receiving;
using OrleansUploads.Engine.Tests.Objects;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Intake;

public sealed class ObjectIntakeTests
{
    private readonly ObjectBench _bench = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sender_gets_the_refusal_although_the_refused_bytes_cannot_be_deleted(bool areBytesWrong)
    {
        await _bench.CreateBucketAsync();
        await _bench.PutAsync("a", "old");
        var intake = IntakeOver(step => step.Call == PartStoreCall.DeleteUpload ? PartStoreFault.Before : PartStoreFault.None);
        var stated = areBytesWrong ? new StatedDigests(new Md5Digest(new byte[Md5Digest.Bytes]), Checksum: null) : default;

        var outcome = await PutAsync(intake, stated, areBytesWrong ? null : PublishCondition.MustBeAbsent);

        Assert.IsType(areBytesWrong ? typeof(ObjectRefusal.Md5Differs) : typeof(ObjectRefusal.PreconditionFailed), outcome.Refusal);
        // The upload whose condition failed deletes its bytes itself.
        Assert.Equal(1, await _bench.CountUploadsWithBytesAsync());
    }

    [Fact]
    public async Task A_sender_is_told_that_the_store_is_full_although_nothing_can_be_deleted()
    {
        await _bench.CreateBucketAsync();
        var intake = IntakeOver(step => step.Call switch
        {
            PartStoreCall.Write => PartStoreFault.Full,
            PartStoreCall.DeleteUpload => PartStoreFault.Before,
            _ => PartStoreFault.None,
        });

        await Assert.ThrowsAsync<PartStoreFullException>(() => PutAsync(intake));
    }

    [Fact]
    public async Task A_collection_without_grace_never_deletes_the_bytes_of_an_acknowledged_object()
    {
        await _bench.CreateBucketAsync();
        var gate = new PartStoreGate();
        var intake = IntakeOver(
            step => step.Call == PartStoreCall.Commit ? PartStoreFault.HoldAfter(gate) : PartStoreFault.None,
            new MaintenanceOptions { AttemptGrace = TimeSpan.Zero });
        var putting = PutAsync(intake);
        await gate.Reached;
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Outcome<PublishedObject>? put = null;

        // The object is reported after the collector has asked for its owner and before it deletes.
        var store = new FaultyPartStore(_bench.Parts, step =>
        {
            if (step.Call is PartStoreCall.DeleteAttempt or PartStoreCall.DeleteUpload)
            {
                gate.Open();
                put ??= putting.GetAwaiter().GetResult();
            }

            return PartStoreFault.None;
        });
        await new AttemptCollector(_bench.Host, store, _bench.Host.Clock).CollectAsync(TimeSpan.Zero, CancellationToken.None);

        Assert.NotNull(put);
        Assert.IsType<ObjectRefusal.NumberedAttemptCollected>(put.Value.Refusal);
        Assert.Null(await _bench.GetAsync("a"));
    }

    [Fact]
    public async Task The_bytes_of_a_refused_put_stay_until_the_end_of_its_upload_is_durable()
    {
        var bench = new ObjectBench(faults: call => call is { Operation: JournalOperation.Append, Entity.Kind: EntityKind.Upload, Number: 1 }
            ? JournalFault.FailBefore
            : JournalFault.None);
        await bench.CreateBucketAsync();
        Assert.Null((await bench.DeleteBucketAsync()).Refusal);

        await Assert.ThrowsAsync<EntityUnavailableException>(() => bench.PutAsync("a", "abc"));

        var upload = Assert.Single(await bench.Parts.ListUploadsAsync(CancellationToken.None).ToListAsync());
        Assert.Single(await bench.Parts.AllAttemptsAsync(upload, CancellationToken.None));
        bench.Start();
        Assert.IsType<AttemptsInUse.Only>(await bench.AskAsync(upload.Entity, new FenceAttempts(DateTimeOffset.MinValue)));
        await bench.WakeAllAsync(TimeSpan.FromMinutes(1));
        Assert.IsType<AttemptsInUse.None>(await bench.AskAsync(upload.Entity, new FenceAttempts(DateTimeOffset.MinValue)));
    }

    private ObjectIntake IntakeOver(Func<PartStoreStep, PartStoreFault> plan, MaintenanceOptions? maintenance = null) =>
        new(_bench.Host, new FaultyPartStore(_bench.Parts, plan), _bench.Ids, _bench.Time, _bench.Keys, maintenance);

    private static async Task<Outcome<PublishedObject>> PutAsync(
        ObjectIntake intake, StatedDigests stated = default, PublishCondition? condition = null) =>
        await intake.PutAsync(
            SomeObject.Named("a"), ObjectBench.Headers, ObjectBench.Body([1, 2, 3], stated), condition, CancellationToken.None);
}
