namespace OrleansUploads.Core.Tests.Uploads;

public sealed class ObjectExternalPartTests : ObjectDriver
{
    public ObjectExternalPartTests() => Given(
        new InitiateUpload(SomeObject.Spec() with { ByteStorage = ByteStorage.External }), new ConfirmUploadListed());

    private static ReportNumberedPart Report(int number, string content, string location = "here", long lengthBytes = 5 << 20) =>
        new(Name, SomeObject.Part(number, lengthBytes, content) with { Attempt = null, Location = Some.Location(location) });

    private static CompleteObjectUpload Complete(params int[] numbers) =>
        new(Name, [.. numbers.Select(number => SomeObject.Chosen(number, $"{number}"))], null, null, null, null);

    [Fact]
    public void The_same_bytes_at_another_location_change_nothing_and_other_bytes_replace_the_part()
    {
        Assert.Equal(new ExternalPartResult(Some.Location("here"), ReportedInUse: true), Ask(Report(1, "a")));
        Assert.Equal(new ExternalPartResult(Some.Location("here"), ReportedInUse: true), Unchanged(Report(1, "a")).Answer);
        Assert.Equal(new ExternalPartResult(Some.Location("here"), ReportedInUse: false), Unchanged(Report(1, "a", "there")).Answer);
        Assert.Equal(new ExternalPartResult(Some.Location("there"), ReportedInUse: true), Ask(Report(1, "b", "there")));
        Assert.Equal("there", Assert.Single(Ask(new ListNumberedParts(Name, 0, 10)).Parts).Part.Location.ToString());
    }

    [Fact]
    public void Bytes_are_refused_here_and_locations_elsewhere()
    {
        EachRefused<Refusal.UploadStoredExternally>(
            new CheckNumberedPart(Name, 1, 1), new StoreNumberedPart(Name, SomeObject.Part(1, 10, "a")));
        EachRefused<ObjectRefusal.PartNumberInvalid>(Report(0, "a"), Report(10_001, "a"));
        Refused<ObjectRefusal.NumberedPartTooLarge>(Report(1, "a", lengthBytes: (5L << 30) + 1));
        var other = new UploadDriver();
        other.Given(new InitiateUpload(SomeObject.Spec()), new ConfirmUploadListed());
        other.Refused<Refusal.UploadStoredByGateway>(Report(1, "a"));
    }

    [Fact]
    public void The_manifest_has_the_locations_of_the_chosen_parts_and_the_object_cannot_be_read_here()
    {
        Given(Report(1, "1", "one"), Report(2, "2", "two"), Report(3, "3", "three"), Complete(1, 3));
        var intents = Do(IsPublished()).Intents;
        var manifest = Assert.Single(intents.Select(intent => intent.Action).OfType<StoreManifest>()).Manifest;
        Assert.Equal(ByteStorage.External, manifest.ByteStorage);
        Assert.Equal(["one", "three"], manifest.Extents.Select(extent => extent.Place.Location.ToString()));

        var described = Ask(new DescribeObject(Name));
        Assert.IsType<ObjectRefusal.ObjectStoredExternally>(described.RefuseReading());
        var page = ExternalManifest.PageOf(described, manifest, new ListNumberedParts(Name, After: 1, Limit: 10));
        Assert.Equal((3, "three"), page.Parts.Select(part => (part.Part.Number, part.Part.Location.ToString()!)).Single());
        Refused<ObjectRefusal.ObjectStoredExternally>(new RestoreObject(Name, 1, RetrievalTier.Standard));
        Refused<Refusal.UploadNotFound>(Report(1, "1"));
    }
}
