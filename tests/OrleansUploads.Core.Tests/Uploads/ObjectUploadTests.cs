using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Keys;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.Core.Tests.Uploads;

public sealed class ObjectUploadTests
{
    private const long MinPartBytes = ObjectLimits.MinPartBytes;
    private const string Key = "2026/beach.jpg";

    private static readonly PublicationVerdict Published = new PublicationVerdict.Published();

    private readonly DeciderDriver<UploadState, UploadCommand, UploadEvent> _upload = new(new UploadDecider(new UploadPolicy()));

    private static ObjectName Name => SomeObject.Named(Key);

    private void Initiate(ObjectUploadSpec? spec = null)
    {
        _upload.Do(new InitiateObjectUpload(spec ?? SomeObject.Spec()));
        _upload.Do(new ConfirmObjectUploadListed());
    }

    private void Store(int number, long lengthBytes, string content, int attempt = 1) =>
        _upload.Ask(new StoreNumberedPart(Name, SomeObject.Part(number, lengthBytes, content, attempt)));

    private static CompleteObjectUpload Complete(params ChosenPart[] parts) => new(Name, parts, null, null, null, null);

    private void Publish(int round = 1, PublicationVerdict? verdict = null) =>
        _upload.Do(new ConfirmPublication(round, verdict ?? Published));

    private UploadState Reloaded() => _upload.Decider.Compact(_upload.State).Aggregate(_upload.Decider.Initial, _upload.Decider.Evolve);

    [Fact]
    public void An_upload_is_listed_before_its_initiation_is_answered()
    {
        var decision = _upload.Do(new InitiateObjectUpload(SomeObject.Spec()));
        var tell = Assert.IsType<TellKey>(Assert.Single(decision.Intents).Action);
        Assert.Equal((SomeObject.Uploads, true), (tell.Index, tell.IsAwaited));
        Assert.Equal(Some.Upload(1), Assert.IsType<ListObjectUpload>(tell.Command).Entry.Upload);
        Assert.Empty(_upload.Do(new InitiateObjectUpload(SomeObject.Spec())).Events);
    }

    [Theory]
    [InlineData(0, typeof(ObjectRefusal.PartNumberInvalid))]
    [InlineData(1, null)]
    [InlineData(10_000, null)]
    [InlineData(10_001, typeof(ObjectRefusal.PartNumberInvalid))]
    public void Parts_are_numbered_from_1_to_10000(int number, Type? refusal)
    {
        Initiate();
        Assert.Equal(refusal ?? typeof(ObjectUploadSpec), _upload.Do(new CheckNumberedPart(Name, number, 1)).Answer.GetType());
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(5L << 30, null)]
    [InlineData((5L << 30) + 1, typeof(ObjectRefusal.NumberedPartTooLarge))]
    public void A_part_has_at_most_5_GiB_and_may_be_empty(long lengthBytes, Type? refusal)
    {
        Initiate();
        Assert.Equal(refusal ?? typeof(ObjectUploadSpec), _upload.Do(new CheckNumberedPart(Name, 1, lengthBytes)).Answer.GetType());
    }

    [Fact]
    public void A_part_replaces_the_earlier_one_of_its_number_and_a_repeated_report_changes_nothing()
    {
        Initiate();
        Store(3, 10, "a");
        Store(3, 10, "b", attempt: 2);
        Assert.Empty(_upload.Do(new StoreNumberedPart(Name, SomeObject.Part(3, 10, "b", attempt: 2))).Events);
        var part = Assert.Single(_upload.Ask(new ListNumberedParts(Name, 0, 10)).Parts);
        Assert.Equal(SomeObject.Part(3, 10, "b", attempt: 2), part.Part);
        Assert.Equal([Some.Attempt(2)], ((AttemptsInUse.Only)_upload.Do(new FenceAttempts(_upload.Now)).Answer).Attempts);
    }

    [Fact]
    public void A_part_that_began_before_a_fence_is_refused()
    {
        Initiate();
        _upload.Now += TimeSpan.FromDays(2);
        _upload.Do(new FenceAttempts(Some.Noon.AddDays(1)));
        _upload.Refused<ObjectRefusal.NumberedAttemptCollected>(new StoreNumberedPart(Name, SomeObject.Part(1, 10, "a")));
    }

    [Fact]
    public void Parts_are_listed_page_by_page()
    {
        Initiate();
        foreach (var number in new[] { 7, 2, 9, 4 })
        {
            Store(number, 10, "a");
        }

        var first = _upload.Ask(new ListNumberedParts(Name, 2, 2));
        Assert.Equal([4, 7], first.Parts.Select(part => part.Part.Number));
        Assert.True(first.HasMore);
        var second = _upload.Ask(new ListNumberedParts(Name, 7, 2));
        Assert.Equal([9], second.Parts.Select(part => part.Part.Number));
        Assert.False(second.HasMore);
    }

    [Fact]
    public void An_upload_is_not_found_under_another_key_or_in_another_life_of_its_bucket()
    {
        Initiate();
        foreach (var other in new[] { SomeObject.Named("other"), Name with { Bucket = SomeObject.Bucket with { Epoch = 2 } } })
        {
            _upload.Refused<Refusal.UploadNotFound>(new CheckNumberedPart(other, 1, 1));
            _upload.Refused<Refusal.UploadNotFound>(new AbortObjectUpload(other));
            _upload.Refused<Refusal.UploadNotFound>(new ListNumberedParts(other, 0, 1));
            _upload.Refused<Refusal.UploadNotFound>(Complete(SomeObject.Chosen(1, "a")) with { Name = other });
        }

        _upload.Refused<Refusal.UploadNotFound>(new CheckPart(Some.Vault, new OrleansUploads.Core.Parts.PartRange(0, 1)));
    }

    [Fact]
    public void A_completion_is_refused_in_the_order_of_S3()
    {
        Initiate();
        Store(1, MinPartBytes - 1, "a");
        Store(2, MinPartBytes, "b");
        Store(3, 5, "c");
        _upload.Refused<Refusal.NoParts>(Complete());
        _upload.Refused<ObjectRefusal.PartsNotInOrder>(Complete(SomeObject.Chosen(2, "b"), SomeObject.Chosen(1, "x")));
        _upload.Refused<ObjectRefusal.PartsNotInOrder>(Complete(SomeObject.Chosen(2, "b"), SomeObject.Chosen(2, "b")));
        Assert.Equal(4, _upload.Refused<ObjectRefusal.NamedPartDiffers>(
            Complete(SomeObject.Chosen(1, "a"), SomeObject.Chosen(4, "d"))).Number);
        Assert.Equal(3, _upload.Refused<ObjectRefusal.NamedPartDiffers>(
            Complete(SomeObject.Chosen(1, "a"), SomeObject.Chosen(3, "x"))).Number);
        Assert.Equal(1, _upload.Refused<ObjectRefusal.NumberedPartTooShort>(
            Complete(SomeObject.Chosen(1, "a"), SomeObject.Chosen(3, "c"))).Number);
        var wrongSize = Complete(SomeObject.Chosen(2, "b"), SomeObject.Chosen(3, "c")) with { SizeBytes = 7 };
        Assert.Equal(MinPartBytes + 5, _upload.Refused<Refusal.SizeDiffers>(wrongSize).UploadedBytes);
        _upload.Refused<ObjectRefusal.NumberedPartLost>(wrongSize with { SizeBytes = null, Stored = [] });
        Assert.IsType<PublishedObject>(_upload.Do(Complete(SomeObject.Chosen(2, "b"), SomeObject.Chosen(3, "c"))).Answer);
    }

    [Fact]
    public void The_ETag_is_the_MD5_of_the_MD5s_even_of_a_single_part()
    {
        Initiate();
        Store(1, 5, "hello");
        var published = _upload.Ask(Complete(SomeObject.Chosen(1, "hello")));
        Assert.Equal("62109206880d38a4010a98e11243924a-1", published.ETag.ToString());
    }

    [Fact]
    public void A_completion_is_published_by_the_leaf_of_its_key_then_settled_then_stored_and_unlisted()
    {
        Initiate();
        Store(1, MinPartBytes, "a", attempt: 1);
        Store(2, 5, "b", attempt: 2);
        Store(3, 5, "c", attempt: 3);
        var decision = _upload.Do(Complete(SomeObject.Chosen(1, "a"), SomeObject.Chosen(3, "c")));
        var tell = Assert.IsType<TellKey>(Assert.Single(decision.Intents).Action);
        var publish = Assert.IsType<PublishObject>(tell.Command);
        Assert.Equal((SomeObject.Objects, new KeyPosition(Key), 1), (tell.Index, tell.Position, publish.Round));
        Assert.Equal(MinPartBytes + 5, publish.Entry.SizeBytes);

        var after = _upload.Do(new ConfirmPublication(1, Published));
        Assert.Equal(["close", "manifest", "settle"], after.Intents.Select(intent => intent.Key).Order(StringComparer.Ordinal));
        var manifest = after.Intents.Select(intent => intent.Action).OfType<StoreManifest>().Single().Manifest;
        Assert.Equal([Some.Attempt(1), Some.Attempt(3)], manifest.Extents.Select(extent => extent.Place.Attempt!.Value));
        Assert.Equal([1, 3], manifest.Parts!.Select(part => part.Number));
        Assert.Equal([Some.Attempt(1), Some.Attempt(3)], ((AttemptsInUse.Only)_upload.Do(new FenceAttempts(_upload.Now)).Answer).Attempts.Order());

        _upload.ConfirmAll();
        Assert.IsType<AttemptsInUse.ByManifest>(_upload.Do(new FenceAttempts(_upload.Now)).Answer);
        Assert.Equivalent(_upload.State, Reloaded(), strict: true);
    }

    [Fact]
    public void A_repeated_completion_with_the_same_list_returns_the_same_object_and_another_list_is_refused()
    {
        Initiate();
        Store(1, 5, "a");
        Store(2, 5, "b");
        var first = _upload.Ask(Complete(SomeObject.Chosen(1, "a")));
        Publish();
        _upload.ConfirmAll();
        Assert.Equal(first, _upload.Ask(Complete(SomeObject.Chosen(1, "a"))));
        Assert.Equal(first.ETag, _upload.Refused<ObjectRefusal.CompletedOtherwise>(Complete(SomeObject.Chosen(2, "b"))).ETag);
        _upload.Refused<Refusal.UploadNotFound>(new CheckNumberedPart(Name, 1, 1));
        _upload.Refused<Refusal.UploadNotFound>(new AbortObjectUpload(Name));

        _upload.Do(new ReleaseObject(_upload.Now));
        _upload.Now += TimeSpan.FromDays(6);
        _upload.Wake();
        Assert.Equal(first, _upload.Ask(Complete(SomeObject.Chosen(1, "a"))));
    }

    [Fact]
    public void While_the_leaf_decides_parts_are_refused_and_an_abort_waits()
    {
        Initiate();
        Store(1, 5, "a");
        _upload.Do(Complete(SomeObject.Chosen(1, "a")));
        _upload.Refused<ObjectRefusal.UploadCompleting>(new CheckNumberedPart(Name, 1, 5));
        _upload.Refused<ObjectRefusal.UploadCompleting>(new StoreNumberedPart(Name, SomeObject.Part(1, 5, "b", attempt: 2)));
        var abort = _upload.Do(new AbortObjectUpload(Name));
        Assert.True(abort is { AwaitsPending: true, Answer: ObjectRefusal.UploadCompleting });
        Assert.Empty(abort.Events);
        Assert.True(_upload.Do(Complete(SomeObject.Chosen(1, "a"))) is { AwaitsPending: true, Answer: PublishedObject });
    }

    [Fact]
    public void A_failed_condition_reopens_the_upload_and_a_later_completion_can_succeed()
    {
        Initiate();
        Store(1, 5, "a");
        var conditional = Complete(SomeObject.Chosen(1, "a")) with { Condition = PublishCondition.MustBeAbsent };
        var intent = Assert.Single(_upload.Do(conditional).Intents);
        Assert.False(intent.AnswersUnconfirmed);
        Assert.Equal(
            new ObjectRefusal.PreconditionFailed(Exists: true),
            intent.Settles!(_upload.Do(conditional).Answer, new PublicationVerdict.ConditionFailed(Exists: true)));
        Publish(1, new PublicationVerdict.ConditionFailed(Exists: true));
        Assert.Equivalent(_upload.State, Reloaded(), strict: true);

        Store(1, 5, "b", attempt: 2);
        Assert.Equal(2, ((PublishObject)((TellKey)Assert.Single(
            _upload.Do(Complete(SomeObject.Chosen(1, "b"))).Intents).Action).Command).Round);
        Publish(1);
        Assert.IsType<UploadState.ObjectCompleting>(_upload.State);
        Publish(2);
        Assert.IsType<UploadState.ObjectStored>(_upload.State);
    }

    [Fact]
    public void An_upload_of_a_deleted_bucket_ends()
    {
        Initiate();
        Store(1, 5, "a");
        _upload.Do(Complete(SomeObject.Chosen(1, "a")));
        Publish(1, new PublicationVerdict.BucketDeleted());
        Assert.IsType<AttemptsInUse.None>(_upload.Do(new FenceAttempts(_upload.Now)).Answer);
        _upload.Refused<Refusal.UploadNotFound>(Complete(SomeObject.Chosen(1, "a")));
        Assert.Equivalent(_upload.State, Reloaded(), strict: true);
    }

    [Fact]
    public void An_abort_unlists_the_upload_but_only_after_it_was_listed()
    {
        _upload.Do(new InitiateObjectUpload(SomeObject.Spec()));
        Assert.Equal("list", Assert.Single(_upload.Do(new AbortObjectUpload(Name)).Intents).Key);
        Assert.Equal("close", Assert.Single(_upload.Do(new ConfirmObjectUploadListed()).Intents).Key);
        _upload.Do(new ConfirmObjectUploadUnlisted());
        Assert.Empty(_upload.Decider.Pending(_upload.State));
        Assert.Empty(_upload.Do(new AbortObjectUpload(Name)).Events);
        Assert.Equivalent(_upload.State, Reloaded(), strict: true);
    }

    [Fact]
    public void An_idle_upload_expires_and_its_record_is_forgotten()
    {
        Initiate();
        _upload.Now += UploadPolicy.DefaultStaleAfter;
        _upload.Wake();
        _upload.ConfirmAll();
        _upload.Refused<Refusal.UploadNotFound>(new CheckNumberedPart(Name, 1, 1));
        _upload.Now += UploadPolicy.DefaultRecordLife;
        Assert.True(_upload.Wake().Forgets);
    }

    [Fact]
    public void An_object_in_one_request_has_the_MD5_of_its_bytes_and_needs_no_manifest()
    {
        var spec = SomeObject.Spec(origin: UploadOrigin.SingleRequest);
        var decision = _upload.Do(new PutObject(spec, SomeObject.Part(1, 5, "hello"), Condition: null));
        var published = Assert.IsType<PublishedObject>(decision.Answer);
        Assert.Equal("5d41402abc4b2a76b9719d911017c592", published.ETag.ToString());
        Assert.Equal(ChecksumType.FullObject, published.Checksum!.Value.Type);
        Assert.True(Assert.Single(decision.Intents).AnswersUnconfirmed);
        Publish();
        Assert.Equal(["settle"], _upload.Decider.Pending(_upload.State).Select(intent => intent.Key));
        Assert.Equal([SomeObject.Part(1, 5, "hello")], _upload.Ask(new DescribeObject(Name)).Parts!);
        Assert.Equal(published, _upload.Ask(new PutObject(spec, SomeObject.Part(1, 5, "hello"), Condition: null)));
    }

    [Fact]
    public void A_put_whose_key_was_changed_is_refused_and_is_published_only_with_another_ticket()
    {
        var put = new PutObject(SomeObject.Spec(origin: UploadOrigin.SingleRequest), SomeObject.Part(1, 5, "a"), Condition: null, Ticket: 7);
        var first = _upload.Do(put);
        Assert.Equal((1, 7L), PublicationIn(first));
        var overtaken = new PublicationVerdict.Overtaken();
        Assert.IsType<ObjectRefusal.KeyChanged>(Assert.Single(first.Intents).Settles!(first.Answer, overtaken));
        Assert.Empty(_upload.Do(new ConfirmPublication(1, overtaken)).Intents);
        Assert.Empty(_upload.Decider.Pending(_upload.State));
        Assert.Equivalent(_upload.State, Reloaded(), strict: true);

        Assert.Equal((2, 9L), PublicationIn(_upload.Do(put with { Ticket = 9 })));

        // A late verdict about the first round changes nothing, and neither does one after the publication.
        Assert.Empty(_upload.Do(new ConfirmPublication(1, overtaken)).Events);
        Publish(2);
        Assert.Empty(_upload.Do(new ConfirmPublication(2, overtaken)).Events);
        Assert.Equal(SomeObject.ETag("a"), _upload.Ask(new DescribeObject(Name)).Published.ETag);
    }

    [Fact]
    public void The_bytes_of_a_put_whose_key_was_changed_are_given_up_if_its_client_does_not_ask_again()
    {
        _upload.Do(new PutObject(SomeObject.Spec(origin: UploadOrigin.SingleRequest), SomeObject.Part(1, 5, "a"), Condition: null, Ticket: 7));
        Publish(verdict: new PublicationVerdict.Overtaken());
        _upload.Now += UploadPolicy.MinStaleAfter;
        Assert.IsType<UploadExpired>(Assert.Single(_upload.Wake().Events));
        Assert.IsType<AttemptsInUse.None>(_upload.Do(new FenceAttempts(_upload.Now)).Answer);
    }

    [Fact]
    public void A_completion_whose_key_was_changed_leaves_the_upload_open()
    {
        Initiate();
        Store(1, 5, "a");
        var complete = Complete(SomeObject.Chosen(1, "a")) with { Condition = PublishCondition.MustBeAbsent, Ticket = 7 };
        _upload.Do(complete);
        Publish(verdict: new PublicationVerdict.Overtaken());
        Store(1, 5, "b");
        complete = complete with { Parts = [SomeObject.Chosen(1, "b")], Ticket = 9 };
        Assert.Equal((2, 9L), PublicationIn(_upload.Do(complete)));
    }

    [Fact]
    public void An_object_that_comes_before_another_one_is_released_at_once()
    {
        var put = new PutObject(SomeObject.Spec(origin: UploadOrigin.SingleRequest), SomeObject.Part(1, 5, "a"), Condition: null, Ticket: 7);
        var first = _upload.Do(put);
        var overwritten = new PublicationVerdict.Overwritten(_upload.Now);
        Assert.Equal(first.Answer, Assert.Single(first.Intents).Settles!(first.Answer, overwritten));
        Publish(verdict: overwritten);
        Assert.Equal(first.Answer, _upload.Ask(put));
        Assert.Equivalent(_upload.State, Reloaded(), strict: true);
        _upload.Now += UploadPolicy.DefaultReplacedObjectGrace;
        Assert.IsType<ReclaimBytes>(Assert.Single(_upload.Wake().Intents, intent => intent.Key == "reclaim").Action);
    }

    private static (int Round, long? Ticket) PublicationIn(Decision<UploadEvent> decision)
    {
        var publish = (PublishObject)((TellKey)Assert.Single(decision.Intents).Action).Command;
        return (publish.Round, publish.Ticket);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_repeated_put_gets_the_refusal_of_the_first(bool exists)
    {
        var condition = exists ? PublishCondition.MustBeAbsent : PublishCondition.MustBePresent;
        var put = new PutObject(SomeObject.Spec(origin: UploadOrigin.SingleRequest), SomeObject.Part(1, 5, "a"), condition);
        _upload.Do(put);
        Publish(verdict: new PublicationVerdict.ConditionFailed(exists));
        Assert.Equal(exists, _upload.Refused<ObjectRefusal.PreconditionFailed>(put).Exists);
    }

    [Fact]
    public void A_repeated_put_into_a_deleted_bucket_is_refused_like_the_first()
    {
        var put = new PutObject(SomeObject.Spec(origin: UploadOrigin.SingleRequest), SomeObject.Part(1, 5, "a"), Condition: null);
        _upload.Do(put);
        Publish(verdict: new PublicationVerdict.BucketDeleted());
        Assert.Equal(SomeObject.BucketName, _upload.Refused<ObjectRefusal.BucketNotFound>(put).Bucket);
    }

    [Fact]
    public void An_attempt_that_the_collector_may_have_deleted_cannot_become_an_object()
    {
        var spec = SomeObject.Spec(origin: UploadOrigin.SingleRequest);
        _upload.Now += UploadPolicy.UnannouncedLife + TimeSpan.FromMilliseconds(1);
        _upload.Refused<ObjectRefusal.NumberedAttemptCollected>(new PutObject(spec, SomeObject.Part(1, 5, "a"), Condition: null));
        _upload.Do(new InitiateObjectUpload(spec));
        _upload.Ask(new PutObject(spec, SomeObject.Part(1, 5, "a"), Condition: null));
    }

    [Fact]
    public void The_bytes_of_a_replaced_object_are_deleted_after_the_grace_but_not_during_a_backup()
    {
        _upload.Do(new PutObject(SomeObject.Spec(origin: UploadOrigin.SingleRequest), SomeObject.Part(1, 5, "a"), Condition: null));

        // The leaf may say that the object is gone before the upload knows that it was published.
        _upload.Do(new ReleaseObject(_upload.Now));
        _upload.ConfirmAll();
        Assert.IsType<ObjectDescription>(_upload.Do(new DescribeObject(Name)).Answer);
        _upload.Now += UploadPolicy.DefaultReplacedObjectGrace - TimeSpan.FromMilliseconds(1);
        Assert.Empty(_upload.Wake().Events);
        _upload.Now += TimeSpan.FromMilliseconds(1);
        Assert.IsType<ReclaimBytes>(Assert.Single(_upload.Wake().Intents).Action);
        Assert.IsType<AttemptsInUse.None>(_upload.Do(new FenceAttempts(_upload.Now)).Answer);
        _upload.Refused<ObjectRefusal.KeyNotFound>(new DescribeObject(Name));
        _upload.ConfirmAll();
        Assert.Equivalent(_upload.State, Reloaded(), strict: true);
        _upload.Now += UploadPolicy.DefaultRecordLife;
        Assert.True(_upload.Wake().Forgets);
    }

    [Fact]
    public void The_grace_of_a_replaced_object_is_not_shorter_if_the_clock_of_the_leaf_is_behind()
    {
        _upload.Do(new PutObject(SomeObject.Spec(origin: UploadOrigin.SingleRequest), SomeObject.Part(1, 5, "a"), Condition: null));
        Publish();
        _upload.ConfirmAll();
        _upload.Now += TimeSpan.FromDays(1);
        _upload.Do(new ReleaseObject(_upload.Now - UploadPolicy.DefaultReplacedObjectGrace));
        _upload.Now += UploadPolicy.DefaultReplacedObjectGrace - TimeSpan.FromMilliseconds(1);
        Assert.Empty(_upload.Wake().Events);
        _upload.Now += TimeSpan.FromMilliseconds(1);
        Assert.NotEmpty(_upload.Wake().Events);
    }

    [Fact]
    public void A_failed_condition_makes_no_upload_older_than_its_last_part()
    {
        Initiate();
        _upload.Now += TimeSpan.FromHours(1);
        Store(1, 5, "a");
        var stored = _upload.Now;
        _upload.Now -= TimeSpan.FromMinutes(15);
        _upload.Do(Complete(SomeObject.Chosen(1, "a")) with { Condition = PublishCondition.MustBeAbsent });
        Publish(1, new PublicationVerdict.ConditionFailed(Exists: true));
        Assert.Equal(stored, Assert.IsType<UploadState.ObjectOpen>(_upload.State).LastActivityAt);
        Assert.Equivalent(_upload.State, Reloaded(), strict: true);
    }

    [Fact]
    public void Every_part_must_have_the_chosen_checksum_and_the_object_gets_one_of_the_chosen_type()
    {
        Initiate(SomeObject.Spec(checksum: new ChosenChecksum(ChecksumAlgorithm.Crc32, ChecksumType.FullObject)));
        var sha = ChecksumHasher.Compute(ChecksumAlgorithm.Sha256, "a"u8);
        _upload.Refused<ObjectRefusal.ChecksumOfOtherAlgorithm>(
            new StoreNumberedPart(Name, SomeObject.Part(1, 5, "a") with { Checksum = sha }));
        Store(1, MinPartBytes, "a");
        Store(2, 5, "b");
        var complete = Complete(SomeObject.Chosen(1, "a"), SomeObject.Chosen(2, "b"));
        var expected = ObjectChecksum.Combine(
            [SomeObject.Part(1, 1, "a").Checksum!.Value, SomeObject.Part(2, 1, "b").Checksum!.Value], [MinPartBytes, 5]);
        _upload.Refused<ObjectRefusal.ChecksumDiffers>(complete with { Checksum = SomeObject.Part(1, 1, "a").Checksum });
        Assert.Equal(expected, _upload.Ask(complete with { Checksum = expected.Value }).Checksum);
    }

    [Fact]
    public void A_stated_checksum_that_cannot_be_compared_refuses_the_completion()
    {
        Initiate();
        Store(1, 5, "a");
        var complete = Complete(SomeObject.Chosen(1, "a"));
        var sha = ChecksumHasher.Compute(ChecksumAlgorithm.Sha256, "a"u8);
        Assert.Equal(
            ChecksumAlgorithm.Crc32,
            _upload.Refused<ObjectRefusal.ChecksumOfOtherAlgorithm>(complete with { Checksum = sha }).Expected);
        _upload.Ask(new StoreNumberedPart(Name, SomeObject.Part(1, 5, "a") with { Checksum = sha }));
        Assert.Equal(
            ChecksumAlgorithm.Crc64Nvme,
            _upload.Refused<ObjectRefusal.ChecksumOfOtherAlgorithm>(complete with { Checksum = sha }).Expected);
        Assert.Null(_upload.Ask(complete).Checksum);
    }
}
