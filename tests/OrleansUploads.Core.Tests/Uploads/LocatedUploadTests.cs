namespace OrleansUploads.Core.Tests.Uploads;

/// <summary>Uploads whose bytes are stored in another system.</summary>
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
        Given(Located(0, MiB - 1, "a", "first"));
        var again = Unchanged(Located(0, MiB - 1, "a", "second"));
        Assert.Equal(new ExternalPartResult(Some.Location("first"), ReportedInUse: false), again.Answer);
    }

    [Fact]
    public void A_repeated_report_gets_the_same_answer() =>
        Assert.Equal(Ask(Located(0, MiB - 1, "a", "first")), Unchanged(Located(0, MiB - 1, "a", "first")).Answer);

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
        Assert.Empty(Ask(new ListParts(Some.Vault, first, 10)).Parts);
    }

    [Fact]
    public void Located_parts_follow_the_same_range_rules_as_other_parts()
    {
        Refused<Refusal.RangeNotAligned>(Located(1, MiB, "a"));
        EachRefused<Refusal.PartTooLarge>(Located(0, MiB, "a"), Located(0, long.MaxValue, "a"));
        Refused<Refusal.TooManyParts>(Located(10_000 * MiB, (10_001 * MiB) - 1, "a"));
        Ask(Located(9_999 * MiB, (10_000 * MiB) - 1, "a"));
        Refused<Refusal.UploadNotFound>(Located(0, 9, "a") with { Vault = Some.VaultNamed("music") });
    }

    [Fact]
    public void A_located_upload_refuses_part_bytes()
    {
        EachRefused<Refusal.UploadStoredExternally>(new CheckPart(Some.Vault, new PartRange(0, 9)), Part(0, 9, "a"));
        Assert.Empty(ListedParts);
    }

    [Fact]
    public void An_upload_stored_by_the_gateway_refuses_locations()
    {
        var other = new UploadDriver();
        other.Given(Initiate());
        other.Refused<Refusal.UploadStoredByGateway>(Located(0, 9, "a"));
        other.Ask(new CheckPart(Some.Vault, new PartRange(0, 9)));
    }

    [Fact]
    public void A_missing_upload_is_reported_before_a_wrong_byte_storage()
    {
        Refused<Refusal.UploadNotFound>(new CheckPart(Some.VaultNamed("music"), new PartRange(0, 9)));
        Given(new AbortUpload(Some.Vault));
        EachRefused<Refusal.UploadNotFound>(new CheckPart(Some.Vault, new PartRange(0, 9)), Located(0, 9, "a"));
    }

    [Fact]
    public void Completion_creates_a_manifest_of_ordered_locations_and_an_index_entry_marked_external()
    {
        Given(Located(MiB, MiB + 9, "b", "second"), Located(0, MiB - 1, "a", "first"));
        Answered<Refusal.TreeHashDiffers>(Complete(MiB + 10, "b", "a"));

        var store = Raised(Complete(MiB + 10, "a", "b")).Does<StoreManifest>();

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
    public void A_located_upload_expires_a_week_after_the_last_report()
    {
        Now = Some.Noon + TimeSpan.FromDays(3);
        Given(Located(0, 9, "a"));
        Assert.IsType<UploadExpired>(Assert.Single(WakeExactlyAt(Now + UploadPolicy.DefaultStaleAfter).Events));
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
