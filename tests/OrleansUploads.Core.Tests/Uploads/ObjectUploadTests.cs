namespace OrleansUploads.Core.Tests.Uploads;

public sealed class ObjectUploadTests : ObjectDriver
{
    private const long MinPartBytes = ObjectLimits.MinPartBytes;

    private static readonly PublicationVerdict Overtaken = new PublicationVerdict.Overtaken();
    private static readonly Checksum Sha = ChecksumHasher.Compute(ChecksumAlgorithm.Sha256, "a"u8);

    private void Initiate(ObjectUploadSpec? spec = null) =>
        Given(new InitiateUpload(spec ?? SomeObject.Spec()), new ConfirmUploadListed());

    private static StoreNumberedPart Numbered(int number, long lengthBytes, string content, int attempt = 1) =>
        new(Name, SomeObject.Part(number, lengthBytes, content, attempt));

    private void Store(int number, long lengthBytes, string content, int attempt = 1) =>
        Ask(Numbered(number, lengthBytes, content, attempt));

    private static CompleteObjectUpload Complete(params ChosenPart[] parts) => new(Name, parts, null, null, null, null);

    private static CompleteObjectUpload Complete(int number, string content) => Complete(SomeObject.Chosen(number, content));

    /// <summary>An upload with one part, whose completion the leaf decides.</summary>
    private void Completing(PublishCondition? condition = null)
    {
        Initiate();
        Store(1, 5, "a");
        Given(Complete(1, "a") with { Condition = condition });
    }

    private static PublishObject PublicationIn(Intent intent) => Assert.IsType<PublishObject>(intent.Does<TellKey>().Command);

    private (int Round, long? Ticket) PublicationOf(UploadCommand command) =>
        PublicationIn(Raised(command)) is var publish ? (publish.Round, publish.Ticket) : default;

    [Fact]
    public void An_upload_is_listed_before_its_initiation_is_answered()
    {
        var intent = Raised(new InitiateUpload(SomeObject.Spec()));
        var tell = intent.Does<TellKey>();
        Assert.Equal((SomeObject.Uploads, true), (tell.Index, intent.IsAwaited));
        Assert.Equal(Some.Upload(1), Assert.IsType<ListUpload>(tell.Command).Entry.Upload);
        Unchanged(new InitiateUpload(SomeObject.Spec()));
    }

    [Theory]
    [InlineData(0, 1, typeof(ObjectRefusal.PartNumberInvalid))]
    [InlineData(1, 1, typeof(ObjectUploadSpec))]
    [InlineData(10_000, 1, typeof(ObjectUploadSpec))]
    [InlineData(10_001, 1, typeof(ObjectRefusal.PartNumberInvalid))]
    [InlineData(1, 0, typeof(ObjectUploadSpec))]
    [InlineData(1, 5L << 30, typeof(ObjectUploadSpec))]
    [InlineData(1, (5L << 30) + 1, typeof(ObjectRefusal.NumberedPartTooLarge))]
    public void Parts_are_numbered_from_1_to_10000_and_have_at_most_5_GiB(int number, long lengthBytes, Type answer)
    {
        Initiate();
        Assert.IsType(answer, Do(new CheckNumberedPart(Name, number, lengthBytes)).Answer);
    }

    [Fact]
    public void A_part_replaces_the_earlier_one_of_its_number_and_a_repeated_report_changes_nothing()
    {
        Initiate();
        Store(3, 10, "a");
        Store(3, 10, "b", attempt: 2);
        Unchanged(Numbered(3, 10, "b", attempt: 2));
        Assert.Equal(
            SomeObject.Part(3, 10, "b", attempt: 2), Assert.Single(Ask(new ListNumberedParts(Name, 0, 10)).Parts).Part);
        Assert.Equal([Some.Attempt(2)], AttemptsInUse);
    }

    [Fact]
    public void A_part_that_began_before_a_fence_is_refused()
    {
        Initiate();
        Now += TimeSpan.FromDays(2);
        Given(new FenceAttempts(Some.Noon.AddDays(1)));
        Refused<ObjectRefusal.NumberedAttemptCollected>(Numbered(1, 10, "a"));
    }

    [Theory]
    [InlineData(2, new[] { 4, 7 }, true)]
    [InlineData(7, new[] { 9 }, false)]
    public void Parts_are_listed_page_by_page(int after, int[] listed, bool hasMore)
    {
        Initiate();
        foreach (var number in new[] { 7, 2, 9, 4 })
        {
            Store(number, 10, "a");
        }

        var page = Ask(new ListNumberedParts(Name, after, 2));
        Assert.Equal(listed, page.Parts.Select(part => part.Part.Number));
        Assert.Equal(hasMore, page.HasMore);
    }

    [Fact]
    public void An_upload_is_not_found_under_another_key_or_in_another_life_of_its_bucket()
    {
        Initiate();
        foreach (var other in new[] { SomeObject.Named("other"), Name with { Bucket = SomeObject.Bucket with { Epoch = 2 } } })
        {
            EachRefused<Refusal.UploadNotFound>(
                new CheckNumberedPart(other, 1, 1),
                new AbortObjectUpload(other),
                new ListNumberedParts(other, 0, 1),
                Complete(1, "a") with { Name = other });
        }

        Refused<Refusal.UploadNotFound>(new CheckPart(Some.Incarnation, new PartRange(0, 1)));
    }

    [Fact]
    public void A_completion_is_refused_in_the_order_of_S3()
    {
        Initiate();
        Store(1, MinPartBytes - 1, "a");
        Store(2, MinPartBytes, "b");
        Store(3, 5, "c");
        var (first, second, third) = (SomeObject.Chosen(1, "a"), SomeObject.Chosen(2, "b"), SomeObject.Chosen(3, "c"));
        Refused<Refusal.NoParts>(Complete());
        EachRefused<ObjectRefusal.PartsNotInOrder>(Complete(second, SomeObject.Chosen(1, "x")), Complete(second, second));
        Assert.Equal(4, Refused<ObjectRefusal.NamedPartDiffers>(Complete(first, SomeObject.Chosen(4, "d"))).Number);
        Assert.Equal(3, Refused<ObjectRefusal.NamedPartDiffers>(Complete(first, SomeObject.Chosen(3, "x"))).Number);
        Assert.Equal(1, Refused<ObjectRefusal.NumberedPartTooShort>(Complete(first, third)).Number);
        var right = Complete(second, third);
        Assert.Equal(MinPartBytes + 5, Refused<Refusal.SizeDiffers>(right with { SizeBytes = 7 }).UploadedBytes);
        Refused<ObjectRefusal.NumberedPartLost>(right with { Stored = [] });
        Answered<PublishedObject>(right);
    }

    [Fact]
    public void A_completion_without_a_list_takes_all_parts_and_is_repeated_with_the_same_size_or_the_whole_list()
    {
        Initiate();
        Store(1, MinPartBytes, "a");
        Store(3, 5, "c");
        var all = Complete() with { Parts = null, SizeBytes = MinPartBytes + 5 };
        Refused<Refusal.SizeDiffers>(all with { SizeBytes = MinPartBytes });
        var published = Ask(all);
        Given(IsPublished());
        Assert.Equal(published, Ask(all));
        Assert.Equal(published, Ask(Complete(SomeObject.Chosen(1, "a"), SomeObject.Chosen(3, "c"))));
        EachRefused<ObjectRefusal.CompletedOtherwise>(
            all with { SizeBytes = MinPartBytes }, all with { SizeBytes = null }, Complete(1, "a"));
    }

    [Fact]
    public void A_completion_without_a_list_needs_parts()
    {
        Initiate();
        Refused<Refusal.NoParts>(Complete() with { Parts = null, SizeBytes = 0 });
    }

    [Fact]
    public void While_an_object_is_published_only_the_same_list_with_the_same_condition_is_a_repetition()
    {
        Initiate();
        Store(1, MinPartBytes, "a");
        Store(2, 5, "b");
        var both = Complete(SomeObject.Chosen(1, "a"), SomeObject.Chosen(2, "b"));
        var first = Ask(both);
        Assert.Equal(first, Unchanged(both).Answer);
        EachRefused<ObjectRefusal.UploadCompleting>(Complete(1, "a"), both with { Condition = PublishCondition.MustBeAbsent });
    }

    [Fact]
    public void The_ETag_is_the_MD5_of_the_MD5s_even_of_a_single_part()
    {
        Initiate();
        Store(1, 5, "hello");
        Assert.Equal("62109206880d38a4010a98e11243924a-1", Ask(Complete(1, "hello")).ETag.ToString());
    }

    [Fact]
    public void A_completion_is_published_by_the_leaf_of_its_key_then_settled_then_stored_and_unlisted()
    {
        Initiate();
        Store(1, MinPartBytes, "a", attempt: 1);
        Store(2, 5, "b", attempt: 2);
        Store(3, 5, "c", attempt: 3);
        AttemptId[] chosen = [Some.Attempt(1), Some.Attempt(3)];

        var tell = Raised(Complete(SomeObject.Chosen(1, "a"), SomeObject.Chosen(3, "c"))).Does<TellKey>();
        var publish = Assert.IsType<PublishObject>(tell.Command);
        Assert.Equal((SomeObject.Objects, new KeyPosition(Name.Key.ToString()), 1), (tell.Index, tell.Position, publish.Round));
        Assert.Equal(MinPartBytes + 5, publish.Entry.SizeBytes);

        var after = Do(IsPublished());
        Assert.Equal(["manifest", "settle", "unlist"], after.Intents.Select(intent => intent.Key).Order(StringComparer.Ordinal));
        var manifest = after.Intents.Select(intent => intent.Action).OfType<StoreManifest>().Single().Manifest;
        Assert.Equal(chosen, manifest.Extents.Select(extent => extent.Place.Attempt!.Value));
        Assert.Equal([1, 3], manifest.Parts!.Select(part => part.Number));
        Assert.Equal(chosen, AttemptsInUse.Order());

        ConfirmAll();
        Answered<AttemptsInUse.ByManifest>(new FenceAttempts(Now));
    }

    [Fact]
    public void A_repeated_completion_with_the_same_list_returns_the_same_object_and_another_list_is_refused()
    {
        Initiate();
        Store(1, 5, "a");
        Store(2, 5, "b");
        var first = Ask(Complete(1, "a"));
        Given(IsPublished());
        ConfirmAll();
        Assert.Equal(first, Ask(Complete(1, "a")));
        Assert.Equal(first.ETag, Refused<ObjectRefusal.CompletedOtherwise>(Complete(2, "b")).ETag);
        EachRefused<Refusal.UploadNotFound>(new CheckNumberedPart(Name, 1, 1), new AbortObjectUpload(Name));
        Given(new ReleaseObject(Now));
        Now += TimeSpan.FromDays(6);
        Wake();
        Assert.Equal(first, Ask(Complete(1, "a")));
    }

    [Fact]
    public void While_the_leaf_decides_parts_are_refused_and_an_abort_waits()
    {
        Completing();
        EachRefused<ObjectRefusal.UploadCompleting>(new CheckNumberedPart(Name, 1, 5), Numbered(1, 5, "b", attempt: 2));
        Assert.True(Unchanged(new AbortObjectUpload(Name)) is { Awaits: AwaitedIntents.OwnAndEarlier, Answer: ObjectRefusal.UploadCompleting });
        Assert.True(Do(Complete(1, "a")) is { Awaits: AwaitedIntents.OwnAndEarlier, Answer: PublishedObject });
    }

    [Fact]
    public void A_failed_condition_reopens_the_upload_and_a_later_completion_can_succeed()
    {
        Initiate();
        Store(1, 5, "a");
        var conditional = Complete(1, "a") with { Condition = PublishCondition.MustBeAbsent };
        var failed = new PublicationVerdict.ConditionFailed(Exists: true);
        var intent = Raised(conditional);
        Assert.False(intent.AnswersUnconfirmed);
        Assert.Equal(new ObjectRefusal.PreconditionFailed(Exists: true), intent.Revises!(Do(conditional).Answer, failed));
        Given(Verdict(failed));
        AssertSnapshotIsComplete();

        Store(1, 5, "b", attempt: 2);
        Assert.Equal(2, PublicationOf(Complete(1, "b")).Round);
        Given(IsPublished(round: 1));
        Assert.IsType<UploadState.Completing>(State);
        Given(IsPublished(round: 2));
        Assert.IsType<UploadState.Stored>(State);
    }

    [Fact]
    public void An_upload_of_a_deleted_bucket_ends()
    {
        Completing();
        Given(Verdict(new PublicationVerdict.BucketDeleted()));
        Answered<AttemptsInUse.None>(new FenceAttempts(Now));
        Refused<Refusal.UploadNotFound>(Complete(1, "a"));
    }

    [Fact]
    public void An_abort_unlists_the_upload_but_only_after_it_was_listed()
    {
        Given(new InitiateUpload(SomeObject.Spec()));
        var list = Raised(new AbortObjectUpload(Name));
        Assert.Equal(("list", false), (list.Key, list.AnswersUnconfirmed));
        Assert.Equal("unlist", Raised(new ConfirmUploadListed()).Key);
        var reclaim = Raised(new ConfirmUploadUnlisted());
        Assert.Equal(new ReclaimBytes(Some.Upload(1), $"bucket {Name.Bucket.Name}"), reclaim.Does<ReclaimBytes>());
        Assert.False(reclaim.IsRecorded);
        Assert.Empty(Pending);
        Unchanged(new AbortObjectUpload(Name));
    }

    [Fact]
    public void A_published_object_keeps_its_bytes_when_its_upload_is_no_longer_listed()
    {
        Completing();
        Given(IsPublished());
        Assert.Empty(Do(new ConfirmUploadUnlisted()).Intents);
        Answered<AttemptsInUse.Only>(new FenceAttempts(Now));
    }

    [Fact]
    public void An_idle_upload_expires_and_its_record_is_forgotten()
    {
        Initiate();
        Now += UploadPolicy.DefaultStaleAfter;
        Wake();
        ConfirmAll();
        Refused<Refusal.UploadNotFound>(new CheckNumberedPart(Name, 1, 1));
        Now += UploadPolicy.DefaultRecordLife;
        Assert.True(Wake().Forgets);
    }

    [Fact]
    public void An_object_in_one_request_has_the_MD5_of_its_bytes_and_needs_no_manifest()
    {
        var put = PutOnce with { Part = SomeObject.Part(1, 5, "hello") };
        var decision = Do(put);
        var published = Assert.IsType<PublishedObject>(decision.Answer);
        Assert.Equal("5d41402abc4b2a76b9719d911017c592", published.ETag.ToString());
        Assert.Equal(ChecksumType.FullObject, published.Checksum!.Value.Type);
        Assert.True(Assert.Single(decision.Intents).AnswersUnconfirmed);
        Given(IsPublished());
        Assert.Equal(["settle"], Pending.Select(intent => intent.Key));
        Assert.Equal([put.Part], Ask(new DescribeObject(Name)).Parts!);
        Assert.Equal(published, Ask(put));
    }

    [Fact]
    public void A_put_whose_key_was_changed_is_refused_and_is_published_only_with_another_ticket()
    {
        var put = PutOnce with { Ticket = 7 };
        var first = Do(put);
        var intent = Assert.Single(first.Intents);
        Assert.Equal((1, 7L), (PublicationIn(intent).Round, PublicationIn(intent).Ticket));
        Assert.IsType<ObjectRefusal.KeyChanged>(intent.Revises!(first.Answer, Overtaken));
        Assert.Empty(Do(Verdict(Overtaken)).Intents);
        Assert.Empty(Pending);
        AssertSnapshotIsComplete();
        Assert.Equal((2, 9L), PublicationOf(put with { Ticket = 9 }));

        // A late verdict about the first round changes nothing, and neither does one after the publication.
        Unchanged(Verdict(Overtaken, round: 1));
        Given(IsPublished(round: 2));
        Unchanged(Verdict(Overtaken, round: 2));
        Assert.Equal(SomeObject.ETag("a"), Ask(new DescribeObject(Name)).Published.ETag);
    }

    [Fact]
    public void The_bytes_of_a_put_whose_key_was_changed_are_given_up_if_its_client_does_not_ask_again()
    {
        Given(PutOnce with { Ticket = 7 }, Verdict(Overtaken));
        Now += UploadPolicy.MinStaleAfter;
        Assert.Equal(new UploadEnded(UploadEnd.Expired, Now), Assert.Single(Wake().Events));
        Answered<AttemptsInUse.None>(new FenceAttempts(Now));
    }

    [Fact]
    public void A_completion_whose_key_was_changed_leaves_the_upload_open()
    {
        Initiate();
        Store(1, 5, "a");
        Given(Complete(1, "a") with { Condition = PublishCondition.MustBeAbsent, Ticket = 7 }, Verdict(Overtaken));
        Store(1, 5, "b");
        Assert.Equal((2, 9L), PublicationOf(Complete(1, "b") with { Condition = PublishCondition.MustBeAbsent, Ticket = 9 }));
    }

    [Fact]
    public void An_object_that_comes_before_another_one_is_released_at_once()
    {
        var put = PutOnce with { Ticket = 7 };
        var first = Do(put);
        var overwritten = new PublicationVerdict.Overwritten(Now);
        Assert.Equal(first.Answer, Assert.Single(first.Intents).Revises!(first.Answer, overwritten));
        Given(Verdict(overwritten));
        Assert.Equal(first.Answer, Ask(put));
        AssertSnapshotIsComplete();
        Now += UploadPolicy.DefaultReplacedObjectGrace;
        Assert.Single(Wake().Intents, intent => intent.Key == "reclaim").Does<ReclaimBytes>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_repeated_put_gets_the_refusal_of_the_first(bool exists)
    {
        var put = PutOnce with { Condition = exists ? PublishCondition.MustBeAbsent : PublishCondition.MustBePresent };
        Given(put, Verdict(new PublicationVerdict.ConditionFailed(exists)));
        Assert.Equal(exists, Refused<ObjectRefusal.PreconditionFailed>(put).Exists);
    }

    [Fact]
    public void A_repeated_put_into_a_deleted_bucket_is_refused_like_the_first()
    {
        Given(PutOnce, Verdict(new PublicationVerdict.BucketDeleted()));
        Assert.Equal(SomeObject.BucketName, Refused<ObjectRefusal.BucketNotFound>(PutOnce).Bucket);
    }

    [Fact]
    public void An_attempt_that_the_collector_may_have_deleted_cannot_become_an_object()
    {
        Now += UploadPolicy.UnannouncedLife + Tick;
        Refused<ObjectRefusal.NumberedAttemptCollected>(PutOnce);
        Given(new InitiateUpload(PutOnce.Spec));
        Ask(PutOnce);
    }

    [Fact]
    public void The_bytes_of_a_replaced_object_are_deleted_after_the_grace_but_not_during_a_backup()
    {
        // The leaf may say that the object is gone before the upload knows that it was published.
        Given(PutOnce, new ReleaseObject(Now));
        ConfirmAll();
        Answered<ObjectDescription>(new DescribeObject(Name));

        Assert.Single(WakeExactlyAt(Now + UploadPolicy.DefaultReplacedObjectGrace).Intents).Does<ReclaimBytes>();
        Answered<AttemptsInUse.None>(new FenceAttempts(Now));
        Refused<ObjectRefusal.KeyNotFound>(new DescribeObject(Name));
        ConfirmAll();
        AssertSnapshotIsComplete();
        Now += UploadPolicy.DefaultRecordLife;
        Assert.True(Wake().Forgets);
    }

    [Fact]
    public void The_grace_of_a_replaced_object_is_not_shorter_if_the_clock_of_the_leaf_is_behind()
    {
        Given(PutOnce, IsPublished());
        ConfirmAll();
        Now += TimeSpan.FromDays(1);
        Given(new ReleaseObject(Now - UploadPolicy.DefaultReplacedObjectGrace));
        Assert.NotEmpty(WakeExactlyAt(Now + UploadPolicy.DefaultReplacedObjectGrace).Events);
    }

    [Fact]
    public void A_failed_condition_makes_no_upload_older_than_its_last_part()
    {
        Initiate();
        Now += TimeSpan.FromHours(1);
        Store(1, 5, "a");
        var stored = Now;
        Now -= TimeSpan.FromMinutes(15);
        Given(
            Complete(1, "a") with { Condition = PublishCondition.MustBeAbsent },
            Verdict(new PublicationVerdict.ConditionFailed(Exists: true)));
        Assert.Equal(stored, Assert.IsType<UploadState.Open>(State).LastActivityAt);
    }

    [Fact]
    public void Every_part_must_have_the_chosen_checksum_and_the_object_gets_one_of_the_chosen_type()
    {
        Initiate(SomeObject.Spec(checksum: new ChosenChecksum(ChecksumAlgorithm.Crc32, ChecksumType.FullObject)));
        Refused<ObjectRefusal.ChecksumOfOtherAlgorithm>(
            new StoreNumberedPart(Name, SomeObject.Part(1, 5, "a") with { Checksum = Sha }));
        Store(1, MinPartBytes, "a");
        Store(2, 5, "b");
        var complete = Complete(SomeObject.Chosen(1, "a"), SomeObject.Chosen(2, "b"));
        var (ofA, ofB) = (SomeObject.Part(1, 1, "a").Checksum!.Value, SomeObject.Part(2, 1, "b").Checksum!.Value);
        var expected = ObjectChecksum.Combine([ofA, ofB], [MinPartBytes, 5]);
        Refused<ObjectRefusal.ChecksumDiffers>(complete with { Checksum = ofA });
        Assert.Equal(expected, Ask(complete with { Checksum = expected.Value }).Checksum);
    }

    [Fact]
    public void A_stated_checksum_that_cannot_be_compared_refuses_the_completion()
    {
        Initiate();
        Store(1, 5, "a");
        var stated = Complete(1, "a") with { Checksum = Sha };
        Assert.Equal(ChecksumAlgorithm.Crc32, Refused<ObjectRefusal.ChecksumOfOtherAlgorithm>(stated).Expected);
        Ask(new StoreNumberedPart(Name, SomeObject.Part(1, 5, "a") with { Checksum = Sha }));
        Refused<ObjectRefusal.ChecksumDiffers>(stated);
        Assert.Equal(ObjectChecksum.Compose([Sha]), Ask(Complete(1, "a")).Checksum);
    }
}
