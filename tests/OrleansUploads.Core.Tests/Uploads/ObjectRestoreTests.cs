using OrleansUploads.Core.Keys;

namespace OrleansUploads.Core.Tests.Uploads;

public sealed class ObjectRestoreTests
{
    private static readonly RetrievalPolicy Delays = new()
    {
        StandardDelay = TimeSpan.FromHours(3),
        ExpeditedDelay = TimeSpan.FromMinutes(1),
        BulkDelay = TimeSpan.FromHours(5),
    };

    private readonly DeciderDriver<UploadState, UploadCommand, UploadEvent> _upload = new(new UploadDecider(new UploadPolicy(), Delays));

    private static ObjectName Name { get; } = SomeObject.Spec().Name;

    private ObjectDescription Described => _upload.Ask(new DescribeObject(Name));

    private void Publish(StorageClass storageClass)
    {
        var spec = SomeObject.Spec(origin: UploadOrigin.SingleRequest) with { StorageClass = storageClass };
        _upload.Do(new PutObject(spec, SomeObject.Part(1, 5, "a"), Condition: null));
        _upload.Do(new ConfirmPublication(1, new PublicationVerdict.Published()));
    }

    private static RestoreObject Restore(int days = 2, RetrievalTier tier = RetrievalTier.Standard) => new(Name, days, tier);

    [Theory]
    [InlineData(StorageClass.Standard, true)]
    [InlineData(StorageClass.IntelligentTiering, true)]
    [InlineData(StorageClass.GlacierInstantRetrieval, true)]
    [InlineData(StorageClass.Glacier, false)]
    [InlineData(StorageClass.DeepArchive, false)]
    public void Only_archived_objects_cannot_be_read_without_a_restore(StorageClass storageClass, bool isReadable)
    {
        Publish(storageClass);
        Assert.Equal(isReadable, Described.RefuseReading() is null);
        if (isReadable)
        {
            _upload.Refused<ObjectRefusal.RestoreNotOffered>(Restore());
        }
    }

    [Theory]
    [InlineData(RetrievalTier.Standard, 180)]
    [InlineData(RetrievalTier.Expedited, 1)]
    [InlineData(RetrievalTier.Bulk, 300)]
    public void A_restored_object_can_be_read_after_the_delay_of_its_tier_until_midnight_after_its_days(RetrievalTier tier, int minutes)
    {
        Publish(StorageClass.Glacier);
        Assert.False(_upload.Ask(Restore(2, tier)).WasReadable);
        _upload.Now += TimeSpan.FromMinutes(minutes) - TimeSpan.FromMilliseconds(1);
        Assert.True(Described.Restore!.IsInProgress);
        Assert.IsType<ObjectRefusal.NotRestored>(Described.RefuseReading());
        _upload.Refused<ObjectRefusal.RestoreInProgress>(Restore());

        _upload.Now += TimeSpan.FromMilliseconds(1);
        var end = new DateTimeOffset(Some.Noon.Date.AddDays(3), TimeSpan.Zero);
        Assert.Equal(new RestoreStatus(end), Described.Restore);
        Assert.Null(Described.RefuseReading());

        _upload.Now = end - TimeSpan.FromMilliseconds(1);
        Assert.Null(Described.RefuseReading());
        _upload.Now = end;
        Assert.Null(Described.Restore);
        Assert.IsType<ObjectRefusal.NotRestored>(Described.RefuseReading());
        Assert.False(_upload.Ask(Restore()).WasReadable);
    }

    [Fact]
    public void Days_that_end_at_midnight_are_not_rounded_up()
    {
        Publish(StorageClass.Glacier);
        _upload.Now = new DateTimeOffset(Some.Noon.Date, TimeSpan.Zero) - Delays.StandardDelay;
        _upload.Ask(Restore(1));
        _upload.Now += Delays.StandardDelay;
        Assert.Equal(_upload.Now.AddDays(1), Described.Restore!.ReadableUntil);
    }

    [Fact]
    public void A_restore_of_a_readable_object_starts_its_days_again()
    {
        Publish(StorageClass.DeepArchive);
        _upload.Ask(Restore(1, RetrievalTier.Bulk));
        _upload.Now += Delays.BulkDelay;
        Assert.True(_upload.Ask(Restore(30)).WasReadable);
        Assert.Equal(new DateTimeOffset(Some.Noon.Date.AddDays(31), TimeSpan.Zero), Described.Restore!.ReadableUntil);
        Assert.Empty(_upload.Do(Restore(30)).Events);
        Assert.True(_upload.Ask(Restore(1)).WasReadable);
        Assert.Equal(new DateTimeOffset(Some.Noon.Date.AddDays(2), TimeSpan.Zero), Described.Restore!.ReadableUntil);
    }

    [Theory]
    [InlineData(0, RetrievalTier.Standard, typeof(ObjectRefusal.RestoreDaysInvalid))]
    [InlineData(36_501, RetrievalTier.Standard, typeof(ObjectRefusal.RestoreDaysInvalid))]
    [InlineData(36_500, RetrievalTier.Bulk, typeof(RestoreAccepted))]
    [InlineData(1, RetrievalTier.Expedited, typeof(ObjectRefusal.RestoreNotOffered))]
    public void Restores_of_the_deepest_class_have_limits(int days, RetrievalTier tier, Type answer)
    {
        Publish(StorageClass.DeepArchive);
        Assert.IsType(answer, _upload.Do(Restore(days, tier)).Answer);
    }

    [Fact]
    public void A_restore_survives_a_reload_and_ends_with_the_object()
    {
        Publish(StorageClass.Glacier);
        _upload.Ask(Restore());
        var reloaded = _upload.Decider.Compact(_upload.State).Aggregate(_upload.Decider.Initial, _upload.Decider.Evolve);
        Assert.Equivalent(_upload.State, reloaded, strict: true);

        _upload.Do(new ReleaseObject(_upload.Now));
        _upload.Refused<ObjectRefusal.KeyNotFound>(Restore());
        _upload.ConfirmAll();
        _upload.Now += UploadPolicy.DefaultReplacedObjectGrace;
        _upload.Wake();
        Assert.Null(Assert.IsType<UploadState.ObjectStored>(_upload.State).Restore);
    }

    [Fact]
    public void A_restore_waits_until_the_upload_knows_that_it_was_published()
    {
        var spec = SomeObject.Spec(origin: UploadOrigin.SingleRequest) with { StorageClass = StorageClass.Glacier };
        _upload.Do(new PutObject(spec, SomeObject.Part(1, 5, "a"), Condition: null));
        Assert.IsType<ObjectRefusal.NotRestored>(Described.RefuseReading());
        var decision = _upload.Do(Restore());
        Assert.IsType<ObjectRefusal.UploadCompleting>(decision.Answer);
        Assert.True(decision.AwaitsPending);
    }

    [Fact]
    public void While_the_clock_is_not_trusted_no_restore_gets_ready_or_ends()
    {
        Publish(StorageClass.Glacier);
        _upload.Ask(Restore());
        var later = Some.Noon.AddDays(90);
        var served = ServedIntervals.None.With(new ServedInterval(Some.Noon.AddMinutes(-1), Some.Noon));
        var untrusted = ServiceTime.Recorded(later, served, TimeSpan.Zero, isTrusted: false, holdsBytes: false);
        var described = (ObjectDescription)_upload.Decider.Decide(_upload.State, new DescribeObject(Name), untrusted).Answer;
        Assert.True(described.Restore!.IsInProgress);
    }
}
