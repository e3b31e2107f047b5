using System.Xml.Linq;
using OrleansUploads.Signing;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Dashboard.Tests;

/// <summary>The size that a client announces when it initiates an upload: people see it, and no completion is bound by it.</summary>
public sealed class AnnouncedTotalTests : SignedInServer
{
    private const string Header = "x-orleans-uploads-total-length";

    [Fact]
    public async Task The_list_the_first_page_and_the_page_of_an_upload_have_it()
    {
        var archive = (await SendAsync(Initiate("mine").With(Header, "5242880"))).Expect(201).Header("x-amz-multipart-upload-id")!;
        var target = await NewUploadAsync("/my-bucket/key", (Header, "0"));

        Assert.Equal(5242880, TotalOf(await ShowAsync($"vaults/mine/uploads/{archive}")));
        Assert.Equal(5242880, TotalOf((await ShowAsync("vaults/mine/uploads")).GetProperty("uploads")[0]));
        Assert.Equal(0, TotalOf(await ShowAsync($"buckets/my-bucket/uploads/{target}?key=key")));
        Assert.Equal(0, TotalOf((await ShowAsync("buckets/my-bucket/uploads")).GetProperty("uploads")[0]));
        Assert.Equal(
            [0, 5242880],
            (await ShowAsync("containers")).GetProperty("newest").EnumerateArray().Select(shown => TotalOf(shown.GetProperty("upload"))).Order());
    }

    [Fact]
    public async Task An_upload_without_it_has_no_total()
    {
        var archive = await NewVaultUploadAsync("mine");
        var target = await NewUploadAsync("/my-bucket/key");
        Assert.Null(TotalOf(await ShowAsync($"vaults/mine/uploads/{archive}")));
        Assert.Null(TotalOf(await ShowAsync($"buckets/my-bucket/uploads/{target}?key=key")));
    }

    [Fact]
    public async Task A_completion_with_another_size_is_as_good_as_any()
    {
        var upload = (await SendAsync(Initiate("mine").With(Header, "1"))).Expect(201).Header("x-amz-multipart-upload-id")!;
        var bytes = Bytes(MiB);
        (await SendAsync(Part("mine", upload, 0, bytes))).Expect(204);
        (await SendAsync(Complete("mine", upload, bytes))).Expect(201);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1.5")]
    [InlineData("1 MiB")]
    [InlineData("0x10")]
    [InlineData("53687091200001")]
    [InlineData("99999999999999999999")]
    public async Task Anything_but_a_number_of_bytes_is_refused_and_nothing_is_initiated(string total)
    {
        (await SendAsync(Initiate("mine").With(Header, total))).ExpectInvalid($"Invalid {Header}: {total}.");
        var refused = (await SendAsync("POST", "/my-bucket/key?uploads", null, null, (Header, total))).Expect(400);
        var error = XElement.Parse(refused.Text);
        Assert.Equal($"InvalidArgument {Header} {total}", $"{error.Element("Code")?.Value} {error.Element("ArgumentName")?.Value} {error.Element("ArgumentValue")?.Value}");
        var browsed = await BrowseAsync(
            "POST", $"/dashboard/api/buckets/my-bucket/uploads?key=key&bytes={Uri.EscapeDataString(total)}", Session, body: "{}");
        Assert.Equal("InvalidTotal", browsed.Expect(400).Code);

        Assert.Empty((await ShowAsync("vaults/mine/uploads")).GetProperty("uploads").EnumerateArray());
        Assert.Empty((await ShowAsync("buckets/my-bucket/uploads")).GetProperty("uploads").EnumerateArray());
    }

    [Fact]
    public async Task It_must_be_signed()
    {
        (await Server.SendAsync(Initiate("mine").With(Header, "5"), new Signer { UnsignedHeader = Header }))
            .ExpectWrongSignature($"The header {Header} must be among the signed headers.");
        var unsigned = new Signer { Rules = SigningRules.S3, UnsignedHeader = Header };
        (await SendAsync("POST", "/my-bucket/key?uploads", null, unsigned, (Header, "5"))).Expect(403);
    }

    [Fact]
    public async Task The_page_announces_the_size_of_a_file()
    {
        var begun = await BrowseAsync("POST", "/dashboard/api/buckets/my-bucket/uploads?key=key&bytes=7", Session, body: "{}");
        var upload = begun.Expect(200).Json.GetProperty("id").GetString();
        Assert.Equal(7, TotalOf(await ShowAsync($"buckets/my-bucket/uploads/{upload}?key=key")));
    }

    private static long? TotalOf(JsonElement upload) => upload.TryGetProperty("totalBytes", out var total) ? total.GetInt64() : null;
}
