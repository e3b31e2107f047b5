using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Intake;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Engine.Tests.Objects;
using OrleansUploads.Hashing;
using OrleansUploads.TestKit;
using OrleansUploads.TestKit.PartStores;

namespace OrleansUploads.Engine.Tests.Intake;

public sealed class ObjectIntakeTests
{
    private static readonly ObjectHeaders Headers = new(StorageClass.Standard, new Dictionary<string, string>());

    private readonly ObjectBench _bench = new();

    [Fact]
    public async Task A_sender_gets_the_refusal_although_the_refused_bytes_cannot_be_deleted()
    {
        await _bench.CreateBucketAsync();
        var intake = IntakeOver(step => step.Call == PartStoreCall.DeleteUpload ? PartStoreFault.Before : PartStoreFault.None);
        var stated = new StatedDigests(new Md5Digest(new byte[Md5Digest.Bytes]), Checksum: null);

        var outcome = await intake.PutAsync(
            SomeObject.Named("a"), Headers, ObjectBench.Body([1, 2, 3], stated), condition: null, CancellationToken.None);

        Assert.IsType<ObjectRefusal.Md5Differs>(outcome.Refusal);
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

        await Assert.ThrowsAsync<PartStoreFullException>(async () => await intake.PutAsync(
            SomeObject.Named("a"), Headers, ObjectBench.Body([1, 2, 3]), condition: null, CancellationToken.None));
    }

    private ObjectIntake IntakeOver(Func<PartStoreStep, PartStoreFault> plan) =>
        new(_bench.Host, new FaultyPartStore(_bench.Parts, plan), _bench.Ids, _bench.Time, keys: null);
}
