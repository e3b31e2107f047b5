namespace OrleansUploads.Core.Tests.Uploads;

public sealed class ObjectRestoreTests() : ObjectDriver(Delays)
{
    private static readonly RetrievalPolicy Delays = new()
    {
        StandardDelay = TimeSpan.FromHours(3),
        ExpeditedDelay = TimeSpan.FromMinutes(1),
        BulkDelay = TimeSpan.FromHours(5),
    };

    private ObjectDescription Described => Ask(new DescribeObject(Name));

    private static DateTimeOffset MidnightAfter(int days) => new(Some.Noon.Date.AddDays(days), TimeSpan.Zero);

    private static PutObject Put(StorageClass storageClass) =>
        PutOnce with { Spec = PutOnce.Spec with { StorageClass = storageClass } };

    private void Publish(StorageClass storageClass) => Given(Put(storageClass), IsPublished());

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
            Refused<ObjectRefusal.RestoreNotOffered>(Restore());
        }
    }

    [Theory]
    [InlineData(RetrievalTier.Standard, 180)]
    [InlineData(RetrievalTier.Expedited, 1)]
    [InlineData(RetrievalTier.Bulk, 300)]
    public void A_restored_object_can_be_read_after_the_delay_of_its_tier_until_midnight_after_its_days(RetrievalTier tier, int minutes)
    {
        Publish(StorageClass.Glacier);
        Assert.False(Ask(Restore(2, tier)).WasReadable);
        Now += TimeSpan.FromMinutes(minutes) - Tick;
        Assert.True(Described.Restore!.IsInProgress);
        Assert.IsType<ObjectRefusal.NotRestored>(Described.RefuseReading());
        Refused<ObjectRefusal.RestoreInProgress>(Restore());

        Now += Tick;
        var end = MidnightAfter(days: 3);
        Assert.Equal(new RestoreStatus(end), Described.Restore);
        Assert.Null(Described.RefuseReading());

        Now = end - Tick;
        Assert.Null(Described.RefuseReading());
        Now = end;
        Assert.Null(Described.Restore);
        Assert.IsType<ObjectRefusal.NotRestored>(Described.RefuseReading());
        Assert.False(Ask(Restore()).WasReadable);
    }

    [Fact]
    public void Days_that_end_at_midnight_are_not_rounded_up()
    {
        Publish(StorageClass.Glacier);
        Now = MidnightAfter(days: 0) - Delays.StandardDelay;
        Ask(Restore(1));
        Now += Delays.StandardDelay;
        Assert.Equal(Now.AddDays(1), Described.Restore!.ReadableUntil);
    }

    [Fact]
    public void A_restore_of_a_readable_object_starts_its_days_again()
    {
        Publish(StorageClass.DeepArchive);
        Ask(Restore(1, RetrievalTier.Bulk));
        Now += Delays.BulkDelay;
        Assert.True(Ask(Restore(30)).WasReadable);
        Assert.Equal(MidnightAfter(days: 31), Described.Restore!.ReadableUntil);
        Unchanged(Restore(30));
        Assert.True(Ask(Restore(1)).WasReadable);
        Assert.Equal(MidnightAfter(days: 2), Described.Restore!.ReadableUntil);
    }

    [Theory]
    [InlineData(0, RetrievalTier.Standard, typeof(ObjectRefusal.RestoreDaysInvalid))]
    [InlineData(36_501, RetrievalTier.Standard, typeof(ObjectRefusal.RestoreDaysInvalid))]
    [InlineData(36_500, RetrievalTier.Bulk, typeof(RestoreAccepted))]
    [InlineData(1, RetrievalTier.Expedited, typeof(ObjectRefusal.RestoreNotOffered))]
    public void Restores_of_the_deepest_class_have_limits(int days, RetrievalTier tier, Type answer)
    {
        Publish(StorageClass.DeepArchive);
        Assert.IsType(answer, Do(Restore(days, tier)).Answer);
    }

    [Fact]
    public void A_restore_survives_a_reload_and_ends_with_the_object()
    {
        Publish(StorageClass.Glacier);
        Ask(Restore());
        AssertSnapshotIsComplete();
        Given(new ReleaseObject(Now));
        Refused<ObjectRefusal.KeyNotFound>(Restore());
        Assert.Null(AfterReplacement().Restore);
    }

    [Fact]
    public void A_restore_waits_until_the_upload_knows_that_it_was_published()
    {
        Given(Put(StorageClass.Glacier));
        Assert.IsType<ObjectRefusal.NotRestored>(Described.RefuseReading());
        Assert.True(Do(Restore()) is { Answer: ObjectRefusal.UploadCompleting, Awaits: AwaitedIntents.OwnAndEarlier });
    }

    [Fact]
    public void While_the_clock_is_not_trusted_no_restore_gets_ready_or_ends()
    {
        Publish(StorageClass.Glacier);
        Ask(Restore());
        var served = ServedIntervals.None.With(new ServedInterval(Some.Noon.AddMinutes(-1), Some.Noon));
        var untrusted = ServiceTime.Recorded(Some.Noon.AddDays(90), served, TimeSpan.Zero, isTrusted: false, holdsBytes: false);
        var described = (ObjectDescription)Decider.Decide(State, new DescribeObject(Name), untrusted).Answer;
        Assert.True(described.Restore!.IsInProgress);
    }
}
