namespace OrleansUploads.Core.Tests.Uploads;

public sealed class LocatedUploadTests : UploadDriver
{
    public LocatedUploadTests() => Given(Initiate(storage: ByteStorage.External));

    [Fact]
    public void A_located_part_is_accepted_and_listed_with_its_location()
    {
        Assert.Equal(new ExternalPartResult(Some.Location("node-7/42"), ReportedInUse: true), Ask(Located(0, MiB - 1, "a", "node-7/42")));
        Assert.Equal([new ListedPart(new PartRange(0, MiB - 1), Some.Hash("a"), Some.Location("node-7/42"))], ListedParts);
    }

    [Fact]
    public void The_same_bytes_at_another_location_change_nothing_and_the_answer_names_the_location_in_use()
    {
        var first = Ask(Located(0, MiB - 1, "a", "first"));
        Assert.Equal(first, Unchanged(Located(0, MiB - 1, "a", "first")).Answer);
        var again = Unchanged(Located(0, MiB - 1, "a", "second"));
        Assert.Equal(new ExternalPartResult(Some.Location("first"), ReportedInUse: false), again.Answer);
    }

    [Theory]
    [InlineData(MiB - 1, "b")]
    [InlineData(99, "b")]
    [InlineData(99, "a")]
    public void A_different_hash_or_length_replaces_the_part_and_its_location(long last, string content)
    {
        Given(Located(0, MiB - 1, "a", "first"));
        Assert.True(Ask(Located(0, last, content, "second")).ReportedInUse);
        Assert.Equal([new ListedPart(new PartRange(0, last), Some.Hash(content), Some.Location("second"))], ListedParts);
    }

    [Theory]
    [InlineData((2 * MiB) - 1)]
    [InlineData(long.MaxValue - MiB)]
    [InlineData(long.MaxValue)]
    public void A_list_from_behind_the_last_possible_byte_is_empty(long first)
    {
        Given(Located(0, MiB - 1, "a"), Located(MiB, (2 * MiB) - 1, "b"));
        Assert.Empty(Ask(new ListParts(Some.Incarnation, first, 10)).Parts);
    }

    [Fact]
    public void A_located_upload_refuses_part_bytes()
    {
        EachRefused<Refusal.UploadStoredExternally>(new CheckPart(Some.Incarnation, new PartRange(0, 9)), Part(0, 9, "a"));
        Assert.Empty(ListedParts);
    }

    [Fact]
    public void An_upload_stored_by_the_gateway_refuses_locations()
    {
        var other = new UploadDriver();
        other.Given(Initiate());
        other.Refused<Refusal.UploadStoredByGateway>(Located(0, 9, "a"));
        other.Ask(new CheckPart(Some.Incarnation, new PartRange(0, 9)));
    }

    [Fact]
    public void A_missing_upload_is_reported_before_a_wrong_byte_storage()
    {
        EachRefused<Refusal.UploadNotFound>(
            new CheckPart(Elsewhere, new PartRange(0, 9)), Located(0, 9, "a") with { Vault = Elsewhere });
        Given(new AbortUpload(Some.Incarnation));
        EachRefused<Refusal.UploadNotFound>(new CheckPart(Some.Incarnation, new PartRange(0, 9)), Located(0, 9, "a"));
    }

    [Fact]
    public void Completion_creates_a_manifest_of_ordered_locations_and_an_index_entry_marked_external()
    {
        Given(Located(MiB, MiB + 9, "b", "second"), Located(0, MiB - 1, "a", "first"));
        Answered<Refusal.TreeHashDiffers>(Complete(MiB + 10, "b", "a"));

        var store = Raised("index", Complete(MiB + 10, "a", "b")).Does<StoreManifest>();

        Assert.Equal(ByteStorage.External, store.Manifest.ByteStorage);
        Assert.Equal(
            [
                new Extent(PartPlace.At(Some.Location("first")), MiB, Some.Hash("a")),
                new Extent(PartPlace.At(Some.Location("second")), 10, Some.Hash("b")),
            ],
            store.Manifest.Extents);
        Assert.Equal(ByteStorage.External, Assert.IsType<AddArchive>(store.Then?.Command).Entry.ByteStorage);
    }

    [Fact]
    public void A_report_after_completion_is_refused_and_the_archive_is_unchanged()
    {
        Given(Located(0, 9, "a", "first"));
        var archive = Ask(Complete(10, "a"));
        Refused<Refusal.UploadNotFound>(Located(0, 9, "b", "second"));
        Assert.Equal(archive, Ask(Complete(10, "a")));
    }

    [Fact]
    public void A_located_upload_never_has_an_attempt_in_use()
    {
        Given(Located(0, 9, "a"));
        Assert.Empty(AttemptsInUse);
        Given(Complete(10, "a"));
        Assert.Empty(AttemptsInUse);
    }
}
