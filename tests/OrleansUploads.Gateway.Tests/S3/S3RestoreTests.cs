using System.Xml.Linq;
using OrleansUploads.Core.Settings;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>Archived objects on a server whose standard restores take three hours.</summary>
public sealed class S3RestoreTests : S3Server
{
    private const string Object = "/archive/k";

    protected override GatewaySetup Setup => new()
    {
        Retrievals = new RetrievalPolicy { StandardDelay = TimeSpan.FromHours(3), ExpeditedDelay = TimeSpan.FromMinutes(1) },
    };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        (await SendAsync("PUT", "/archive")).Expect(200);
    }

    [Theory]
    [Trait(TestHosts.Name, TestHosts.Grains)]
    [InlineData("GLACIER")]
    [InlineData("DEEP_ARCHIVE")]
    public async Task An_archived_object_is_kept_and_shown_but_not_read(string storageClass)
    {
        (await PutAsync(storageClass)).Expect(200);
        var refused = await GetAsync(Object);
        ExpectError(refused, 403, "InvalidObjectState");
        Assert.Contains($"<StorageClass>{storageClass}</StorageClass>", refused.Text, StringComparison.Ordinal);
        ExpectError(await SendAsync("PUT", "/archive/copy", headers: ("x-amz-copy-source", Object)), 403, "InvalidObjectState");

        var head = (await SendAsync("HEAD", Object)).Expect(200);
        Assert.Equal((storageClass, "5", null), (head.Header("x-amz-storage-class"), head.Header("Content-Length"), head.Header("x-amz-restore")));
        var listed = (await GetAsync("/archive?list-type=2", ("x-amz-optional-object-attributes", "RestoreStatus"))).Expect(200);
        Assert.Equal(storageClass, Text(listed, "StorageClass"));
        Assert.Empty(Texts(listed, "RestoreStatus"));
        var attributes = (await GetAsync(Object + "?attributes", ("x-amz-object-attributes", "StorageClass"))).Expect(200);
        Assert.Equal(storageClass, Text(attributes, "StorageClass"));
        (await SendAsync("DELETE", Object)).Expect(204);
    }

    [Fact]
    [Trait(TestHosts.Name, TestHosts.Grains)]
    public async Task A_restored_object_is_read_until_its_days_are_over()
    {
        (await PutAsync("GLACIER")).Expect(200);
        Assert.Equal("0", (await RestoreAsync(2)).Expect(202).Header("Content-Length"));
        ExpectError(await RestoreAsync(2), 409, "RestoreAlreadyInProgress");
        Assert.Equal("ongoing-request=\"true\"", (await SendAsync("HEAD", Object)).Header("x-amz-restore"));
        ExpectError(await GetAsync(Object), 403, "InvalidObjectState");
        Assert.Equal(("true", 0), await ListedRestoreAsync("?list-type=2"));

        Clock.Advance(TimeSpan.FromHours(3));
        var expiry = "Wed, 04 Mar 2026 00:00:00 GMT";
        var got = (await GetAsync(Object)).Expect(200);
        Assert.Equal(("hello", $"ongoing-request=\"false\", expiry-date=\"{expiry}\""), (got.Text, got.Header("x-amz-restore")));
        Assert.Equal(("false", 1), await ListedRestoreAsync("?list-type=2"));
        Assert.Equal(("false", 1), await ListedRestoreAsync("?prefix=k"));
        Assert.Empty(Texts((await GetAsync("/archive")).Expect(200), "RestoreStatus"));

        (await SendAsync("PUT", "/archive/copy", headers: ("x-amz-copy-source", Object))).Expect(200);
        Assert.Equal("hello", (await GetAsync("/archive/copy")).Expect(200).Text);

        (await RestoreAsync(4)).Expect(200);
        Assert.Contains("Fri, 06 Mar 2026", (await SendAsync("HEAD", Object)).Header("x-amz-restore"), StringComparison.Ordinal);
        Clock.Advance(TimeSpan.FromDays(5));
        ExpectError(await GetAsync(Object), 403, "InvalidObjectState");
        Assert.Null((await SendAsync("HEAD", Object)).Header("x-amz-restore"));
        (await RestoreAsync(1, "<Tier>Expedited</Tier>")).Expect(202);
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await GetAsync(Object)).Expect(200);
    }

    [Theory]
    [InlineData("GLACIER", "", 400, "MalformedXML")]
    [InlineData("GLACIER", "<RestoreRequest/>", 400, "MalformedXML")]
    [InlineData("GLACIER", "<RestoreRequest><Days>x</Days></RestoreRequest>", 400, "MalformedXML")]
    [InlineData("GLACIER", "<RestoreRequest><Days>0</Days></RestoreRequest>", 400, "InvalidArgument")]
    [InlineData("GLACIER", "<RestoreRequest><Days>1</Days><Tier>Fast</Tier></RestoreRequest>", 400, "MalformedXML")]
    [InlineData("GLACIER", "<RestoreRequest><Type>SELECT</Type></RestoreRequest>", 501, "NotImplemented")]
    [InlineData("GLACIER", "<RestoreRequest><Days>1</Days><SelectParameters><Expression>x</Expression></SelectParameters></RestoreRequest>", 501, "NotImplemented")]
    [InlineData("GLACIER", "<RestoreRequest><Days>1</Days><OutputLocation><S3/></OutputLocation></RestoreRequest>", 501, "NotImplemented")]
    [InlineData("GLACIER", "<RestoreRequest><Days>1</Days><Until>2030-01-01</Until></RestoreRequest>", 400, "MalformedXML")]
    [InlineData("DEEP_ARCHIVE", "<RestoreRequest><Days>1</Days><Tier>Expedited</Tier></RestoreRequest>", 400, "InvalidArgument")]
    [InlineData("GLACIER_IR", "<RestoreRequest><Days>1</Days></RestoreRequest>", 403, "InvalidObjectState")]
    public async Task A_request_to_restore_can_be_refused(string storageClass, string document, int status, string code)
    {
        ExpectError(await RestoreAsync(1), 404, "NoSuchKey");
        (await PutAsync(storageClass)).Expect(200);
        var refused = await SendAsync("POST", Object + "?restore", document);
        ExpectError(refused, status, code);
        Assert.Equal(code == "InvalidObjectState" ? [storageClass] : [], XDocument.Parse(refused.Text).Descendants("StorageClass").Select(static found => found.Value));
        Assert.Null((await SendAsync("HEAD", Object)).Expect(200).Header("x-amz-restore"));
    }

    [Fact]
    [Trait(TestHosts.Name, TestHosts.Grains)]
    public async Task A_multipart_object_can_be_archived_and_a_part_is_not_copied_from_it()
    {
        var upload = Text((await SendAsync("POST", Object + "?uploads", headers: ("x-amz-storage-class", "GLACIER"))).Expect(200), "UploadId");
        var part = $"{Object}?partNumber=1&uploadId={upload}";
        var tag = (await SendAsync("PUT", part, "hello")).Expect(200).Header("ETag")!;
        Assert.Equal("GLACIER", Text((await GetAsync($"{Object}?uploadId={upload}")).Expect(200), "StorageClass"));
        (await SendAsync("POST", $"{Object}?uploadId={upload}", CompletionDocument.Of((1, tag)))).Expect(200);
        ExpectError(await GetAsync(Object), 403, "InvalidObjectState");

        var other = Text((await SendAsync("POST", "/archive/other?uploads")).Expect(200), "UploadId");
        ExpectError(
            await SendAsync("PUT", $"/archive/other?partNumber=1&uploadId={other}", headers: ("x-amz-copy-source", Object)),
            403,
            "InvalidObjectState");
        (await RestoreAsync(1, "<Tier>Bulk</Tier>")).Expect(202);
        (await SendAsync("PUT", $"/archive/other?partNumber=1&uploadId={other}", headers: ("x-amz-copy-source", Object))).Expect(200);
    }

    /// <summary>What a listing says of the object's restore: whether it is in progress, and how many dates of expiry there
    /// are.</summary>
    private async Task<(string IsInProgress, int Dates)> ListedRestoreAsync(string query)
    {
        var listed = (await GetAsync("/archive" + query, ("x-amz-optional-object-attributes", "RestoreStatus"))).Expect(200);
        return (Texts(listed, "IsRestoreInProgress").Single(), Texts(listed, "RestoreExpiryDate").Length);
    }

    private Task<ApiAnswer> PutAsync(string storageClass) =>
        SendAsync("PUT", Object, "hello", ("x-amz-storage-class", storageClass));

    private Task<ApiAnswer> RestoreAsync(int days, string tier = "") => SendAsync(
        "POST",
        Object + "?restore",
        $"<RestoreRequest><Days>{days}</Days><GlacierJobParameters>{tier}</GlacierJobParameters></RestoreRequest>");
}
