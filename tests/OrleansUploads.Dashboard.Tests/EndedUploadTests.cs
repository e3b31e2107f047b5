using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Dashboard.Tests;

/// <summary>What the address of an upload shows after the upload has ended.</summary>
public sealed class EndedUploadTests : SignedInServer
{
    [Fact]
    public async Task A_completed_upload_shows_its_archive_and_how_long_it_took()
    {
        var (upload, archive, bytes) = await CompleteAsync();

        var shown = await ShowAsync($"vaults/mine/uploads/{upload}");
        Assert.Equal("holiday.tar", shown.GetProperty("description").GetString());
        Assert.False(shown.TryGetProperty("parts", out _));
        var ending = shown.GetProperty("ending");
        Assert.Equal(
            $"completed {archive} {bytes.Length} {TreeHashOf(bytes)}",
            string.Join(' ', ((string[])["how", "archive", "bytes", "hash"]).Select(name => ending.GetProperty(name))));
        Assert.Equal(
            TimeSpan.FromSeconds(20),
            TimeSpan.FromMilliseconds(ending.GetProperty("at").GetInt64() - shown.GetProperty("created").GetInt64()));
    }

    [Fact]
    public async Task The_upload_of_a_deleted_archive_says_when_it_was_deleted()
    {
        var (upload, archive, _) = await CompleteAsync();
        Clock.Advance(TimeSpan.FromSeconds(5));
        (await SendAsync(DeleteArchive("mine", archive))).Expect(204);

        var ending = (await ShowAsync($"vaults/mine/uploads/{upload}")).GetProperty("ending");
        Assert.Equal($"completed {archive}", $"{ending.GetProperty("how")} {ending.GetProperty("archive")}");
        Assert.Equal(Clock.Now.ToUnixTimeMilliseconds(), ending.GetProperty("deleted").GetInt64());
        Assert.False(ending.TryGetProperty("at", out _));
    }

    [Fact]
    public async Task An_aborted_upload_says_so()
    {
        var upload = await NewVaultUploadAsync("mine", "holiday.tar");
        (await SendAsync(Abort("mine", upload))).Expect(204);

        var shown = await ShowAsync($"vaults/mine/uploads/{upload}");
        Assert.Equal($$"""{"how":"aborted","at":{{Clock.Now.ToUnixTimeMilliseconds()}}}""", shown.GetProperty("ending").GetRawText());
        Assert.Equal("holiday.tar", shown.GetProperty("description").GetString());
    }

    [Fact]
    public async Task A_completed_upload_to_a_bucket_shows_its_object()
    {
        var upload = await NewUploadAsync("/my-bucket/a%20key");
        var eTag = (await SendAsync("PUT", $"/my-bucket/a%20key?partNumber=1&uploadId={upload}", new byte[5])).Expect(200).Header("ETag");
        Clock.Advance(TimeSpan.FromSeconds(20));
        var completed = (await SendAsync(
            "POST",
            $"/my-bucket/a%20key?uploadId={upload}",
            $"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{eTag}</ETag></Part></CompleteMultipartUpload>")).Expect(200);

        var shown = await ShowAsync($"buckets/my-bucket/uploads/{upload}?key=a%20key");
        var ending = shown.GetProperty("ending");
        Assert.Equal("completed 5", $"{ending.GetProperty("how")} {ending.GetProperty("bytes")}");
        Assert.Equal(Text(completed, "ETag").Trim('"'), ending.GetProperty("hash").GetString());
        Assert.Equal(20_000, ending.GetProperty("at").GetInt64() - shown.GetProperty("created").GetInt64());
        Assert.Equal("NoSuchUpload", (await ReadAsync($"buckets/my-bucket/uploads/{upload}?key=other", Session)).Expect(404).Code);
    }

    [Fact]
    public async Task The_upload_of_a_deleted_object_says_when_it_was_deleted_also_after_its_bytes_are_gone()
    {
        var upload = await NewUploadAsync("/my-bucket/key");
        var eTag = (await SendAsync("PUT", $"/my-bucket/key?partNumber=1&uploadId={upload}", new byte[5])).Expect(200).Header("ETag");
        (await SendAsync(
            "POST",
            $"/my-bucket/key?uploadId={upload}",
            $"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{eTag}</ETag></Part></CompleteMultipartUpload>")).Expect(200);
        var deleted = Clock.Now;
        (await SendAsync("DELETE", "/my-bucket/key")).Expect(204);

        await AssertShownAsync();
        Clock.Advance(TimeSpan.FromHours(2));
        Session = await SignInAsync(Admin);
        await AssertShownAsync();

        async Task AssertShownAsync()
        {
            var ending = (await ShowAsync($"buckets/my-bucket/uploads/{upload}?key=key")).GetProperty("ending");
            Assert.Equal("completed 5", $"{ending.GetProperty("how")} {ending.GetProperty("bytes")}");
            Assert.Equal(deleted.ToUnixTimeMilliseconds(), ending.GetProperty("deleted").GetInt64());
        }
    }

    [Fact]
    public async Task An_aborted_upload_to_a_bucket_says_so()
    {
        var upload = await NewUploadAsync("/my-bucket/key");
        (await SendAsync("DELETE", $"/my-bucket/key?uploadId={upload}")).Expect(204);

        Assert.Equal(
            $$"""{"how":"aborted","at":{{Clock.Now.ToUnixTimeMilliseconds()}}}""",
            (await ShowAsync($"buckets/my-bucket/uploads/{upload}?key=key")).GetProperty("ending").GetRawText());
    }

    [Fact]
    public async Task An_upload_that_never_was_is_not_found()
    {
        (await ReadAsync($"vaults/mine/uploads/{Some.Upload(1)}", Session)).Expect(404);
        (await ReadAsync($"buckets/my-bucket/uploads/{Some.Upload(1)}?key=key", Session)).Expect(404);
    }

    [Fact]
    public async Task How_an_upload_ended_is_for_those_who_may_see_its_parts()
    {
        var (upload, archive, _) = await CompleteAsync();
        var path = $"vaults/mine/uploads/{upload}";
        foreach (var key in new[] { Reader, Uploader })
        {
            (await ReadAsync(path, await SignInAsync(key))).Expect(200);
        }

        await CreateVaultAsync("other");
        Assert.DoesNotContain(archive, (await ReadAsync($"vaults/other/uploads/{upload}", Session)).Expect(404).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(archive, (await ReadAsync(path, await SignInAsync(StrangersKey))).Expect(404).Text, StringComparison.Ordinal);
        (await SendAsync(SetAccessPolicy("mine", PolicyOf("Deny", "glacier:ListParts")))).Expect(204);
        Assert.DoesNotContain(archive, (await ReadAsync(path, Session)).Expect(403).Text, StringComparison.Ordinal);
    }

    /// <summary>Uploads an archive within 20 seconds.</summary>
    private async Task<(string Upload, string Archive, byte[] Bytes)> CompleteAsync()
    {
        var upload = await NewVaultUploadAsync("mine", "holiday.tar");
        var bytes = Bytes(MiB + 7);
        (await SendAsync(Part("mine", upload, 0, bytes[..MiB]))).Expect(204);
        Clock.Advance(TimeSpan.FromSeconds(20));
        (await SendAsync(Part("mine", upload, MiB, bytes[MiB..]))).Expect(204);
        var archive = (await SendAsync(Complete("mine", upload, bytes))).Expect(201).Header("x-amz-archive-id")!;
        return (upload, archive, bytes);
    }
}
