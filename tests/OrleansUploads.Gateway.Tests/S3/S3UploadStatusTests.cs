using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>The state of an upload of an object in one answer.</summary>
[Trait(TestHosts.Name, TestHosts.Grains)]
public sealed class S3UploadStatusTests(S3Server s3) : IClassFixture<S3Server>
{
    private const string Header = "x-orleans-uploads-status";

    [Fact]
    public async Task An_upload_of_an_object_shows_its_parts_and_how_it_ended()
    {
        var (target, upload) = await s3.OpenUploadAsync();
        var tag = (await s3.SendAsync("PUT", $"{target}?partNumber=3&uploadId={upload}", "abc")).Expect(200).Header("ETag")!;
        var open = await ReadAsync(target, upload);
        Assert.Equal(("Open", "3", "1-2"), (Text(open, "State"), Text(open, "Parts"), Text(open, "MissingParts")));
        Assert.Equal(3, open.GetProperty("Bytes").GetInt64());

        var waiting = ReadAsync(target, upload, "wait=20");
        (await s3.SendAsync("POST", $"{target}?uploadId={upload}", CompletionDocument.Of((3, tag)))).Expect(200);
        var completed = await waiting;
        Assert.Equal("Completed", Text(completed, "State"));
        Assert.Equal((await s3.GetAsync(target)).Header("ETag")!.Trim('"'), Text(completed, "ETag"));

        (await s3.SendAsync("DELETE", target)).Expect(204);
        Assert.Equal(s3.Clock.Now, (await ReadAsync(target, upload)).GetProperty("EndedAt").GetDateTimeOffset());
        ExpectError(await s3.GetAsync($"{target}?uploadId={upload}", (Header, "now")), 400, "InvalidArgument");
    }

    private async Task<JsonElement> ReadAsync(string target, string upload, string value = "wait=0") =>
        (await s3.GetAsync($"{target}?uploadId={upload}", (Header, value))).Expect(200).Json;

    private static string? Text(JsonElement document, string name) => document.GetProperty(name).GetString();
}
