namespace OrleansUploads.Core.Tests.Uploads;

public sealed class UploadViewTests : UploadDriver
{
    private UploadSummary Summary => Ask(new SummarizeUpload(Some.Incarnation));

    private MappedUpload Map => Ask(new MapParts(Some.Incarnation));

    private void OpenWithTwoParts() => Given(Initiate(), FullPart(0, "a"), Part(MiB, MiB + 6, "b", attempt: 2));

    [Fact]
    public void The_summary_of_an_upload_has_its_counts_and_then_its_archive()
    {
        Refused<Refusal.UploadNotFound>(new SummarizeUpload(Some.Incarnation));
        OpenWithTwoParts();
        Assert.Equal(new UploadSummary(Some.Spec(), UploadPhase.Open, 2, MiB + 7, null), Summary);
        var archive = Ask(Complete(MiB + 7, "a", "b"));
        Assert.Equal(new UploadSummary(Some.Spec(), UploadPhase.Completed, 0, MiB + 7, archive), Summary);
    }

    [Fact]
    public void The_summary_of_an_expired_upload_says_so_and_has_no_parts()
    {
        OpenWithTwoParts();
        Now = Some.Noon + UploadPolicy.DefaultStaleAfter + TimeSpan.FromDays(1);
        Wake();
        Assert.Equal((UploadPhase.Expired, 0), (Summary.Phase, Summary.Parts));
    }

    [Fact]
    public void The_map_has_the_numbers_of_the_parts_and_their_bytes()
    {
        Given(Initiate());
        Assert.Equal("", Map.Parts.Numbers.ToString());
        Given(FullPart(4), FullPart(0), FullPart(1));
        Assert.Equal(Some.Spec(), Map.Spec);
        Assert.Equal(("1-2,5", 3 * MiB, Now), (Map.Parts.Numbers.ToString(), Map.Parts.Bytes, Map.Parts.LastActivityAt));
    }

    [Fact]
    public void One_part_is_found_by_its_number()
    {
        var range = new PartRange(2 * MiB, (2 * MiB) + 9);
        Given(Initiate(), Part(range.FirstByte, range.LastByte, "a", attempt: 7));
        Assert.Equal(
            new FoundPart(range, Some.Hash("a"), Some.Attempt(7), Location: null, Now), Ask(new FindPart(Some.Incarnation, 3)));
        Assert.All(
            [1, 2, 4, 0, -1, int.MinValue, int.MaxValue], absent => Assert.Null(Ask(new FindPart(Some.Incarnation, absent)).Range));
    }

    [Fact]
    public void An_upload_to_another_vault_and_an_ended_one_have_no_map()
    {
        Refused<Refusal.UploadNotFound>(new MapParts(Some.Incarnation));
        Given(Initiate());
        EachRefused<Refusal.UploadNotFound>(
            new MapParts(Elsewhere), new FindPart(Elsewhere, 1), new MapNumberedParts(SomeObject.Named("key")));
        Given(new AbortUpload(Some.Incarnation));
        EachRefused<Refusal.UploadNotFound>(new MapParts(Some.Incarnation), new FindPart(Some.Incarnation, 1));
    }

    [Fact]
    public void The_map_of_an_object_has_the_numbers_of_the_parts_and_their_bytes()
    {
        var spec = SomeObject.Spec();
        Given(
            new InitiateUpload(spec),
            new StoreNumberedPart(spec.Name, SomeObject.Part(10_000, 5, "a")),
            new StoreNumberedPart(spec.Name, SomeObject.Part(1, 6, "b")));
        var mapped = Ask(new MapNumberedParts(spec.Name));
        Assert.Equal(spec, mapped.Spec);
        Assert.Equal(("1,10000", 11), (mapped.Parts.Numbers.ToString(), mapped.Parts.Bytes));
        EachRefused<Refusal.UploadNotFound>(new MapNumberedParts(SomeObject.Named("another key")), new MapParts(Some.Incarnation));
    }

    [Fact]
    public void The_summary_of_an_upload_says_when_it_expired_or_was_aborted()
    {
        OpenWithTwoParts();
        Assert.Null(Summary.EndedAt);
        Now += TimeSpan.FromMinutes(1);
        Given(new AbortUpload(Some.Incarnation));
        Assert.Equal((UploadPhase.Aborted, Now), (Summary.Phase, Summary.EndedAt));
    }

    [Theory]
    [InlineData(UploadPhase.Aborted)]
    [InlineData(UploadPhase.Expired)]
    public void The_summary_of_the_upload_of_an_object_says_how_it_ended(UploadPhase end)
    {
        var spec = SomeObject.Spec();
        var question = new SummarizeObjectUpload(spec.Name);
        Refused<Refusal.UploadNotFound>(question);
        Given(new InitiateUpload(spec));
        Assert.Equal(new ObjectUploadSummary(spec, UploadPhase.Open), Ask(question));
        EachRefused<Refusal.UploadNotFound>(
            new SummarizeObjectUpload(SomeObject.Named("another key")), new SummarizeUpload(Some.Incarnation));

        Now += UploadPolicy.DefaultStaleAfter + TimeSpan.FromDays(1);
        if (end == UploadPhase.Aborted)
        {
            Given(new AbortObjectUpload(spec.Name));
        }
        else
        {
            Wake();
        }

        Assert.Equal(new ObjectUploadSummary(spec, end, EndedAt: Now), Ask(question));
    }

    [Fact]
    public void The_summary_of_a_completed_upload_of_an_object_has_the_object_and_when_it_was_replaced()
    {
        var spec = SomeObject.Spec();
        var question = new SummarizeObjectUpload(spec.Name);
        Given(new InitiateUpload(spec), new ConfirmUploadListed(), new StoreNumberedPart(spec.Name, SomeObject.Part(1, 5, "a")));
        var published = Ask(new CompleteObjectUpload(spec.Name, [SomeObject.Chosen(1, "a")], null, null, null, null));

        // The leaf may still refuse it.
        Assert.Equal(new ObjectUploadSummary(spec, UploadPhase.Open), Ask(question));
        Given(new ConfirmPublication(1, new PublicationVerdict.Published()));
        Assert.Equal(new ObjectUploadSummary(spec, UploadPhase.Completed, published), Ask(question));
        Now += TimeSpan.FromMinutes(1);
        Given(new ReleaseObject(Now));
        Assert.Equal(new ObjectUploadSummary(spec, UploadPhase.Completed, published, Now), Ask(question));
    }

    [Fact]
    public void An_announced_size_binds_no_completion()
    {
        Given(new InitiateUpload(Some.Spec() with { TotalBytes = 1 }), FullPart(0, "a"), Part(MiB, MiB + 6, "b", attempt: 2));
        Assert.Equal(1, Map.Spec.TotalBytes);
        Assert.Equal(MiB + 7, Ask(Complete(MiB + 7, "a", "b")).SizeBytes);
    }
}
