using Amazon.S3.Model;
using Microsoft.Playwright;

namespace OrleansUploads.EndToEnd.Tests.Dashboard;

/// <summary>Files that are dropped into the page of a bucket.</summary>
[Campaign]
public sealed class BrowserUploadTests
{
    private const string Bucket = "dropped";
    private const int MiB = Archives.MiB;

    [Fact]
    public async Task Files_are_uploaded_into_the_folder_that_is_shown()
    {
        await using var place = await Workplace.ShareAsync();
        using var s3 = place.ConnectS3();
        await s3.PutBucketAsync(Bucket);
        await s3.PutObjectAsync(new PutObjectRequest { BucketName = Bucket, Key = "2026/there", ContentBody = "text" });
        await using var browser = await Browser.SignInAsync(place);
        await browser.OpenAsync($"/buckets/{Bucket}/objects?prefix=2026/");
        await browser.WaitForAsync("Upload files to 2026/");
        var film = place.Create("a film & more.mp4", (40 * MiB) + 7);
        await browser.Page.Locator("#files").SetInputFilesAsync([film, place.Create("empty", 0), place.Create("there", 5)]);
        await browser.WaitForAsync("The bucket has an object with this key already", "3 entries");
        var dragged = await browser.Page.EvaluateHandleAsync(
            "() => { const files = new DataTransfer(); files.items.add(new File(['dragged'], 'dragged')); return files; }");
        await browser.Page.DispatchEventAsync(".drop", "drop", new { dataTransfer = dragged });
        await browser.WaitForAsync("4 entries");
        await browser.TakePictureAsync("dropped-files");
        using var stored = await s3.GetObjectAsync(Bucket, "2026/a film & more.mp4");
        Assert.Equal(await File.ReadAllBytesAsync(film), await ReadAsync(stored));
        using var dropped = await s3.GetObjectAsync(Bucket, "2026/dragged");
        Assert.Equal("dragged"u8.ToArray(), await ReadAsync(dropped));
        using var untouched = await s3.GetObjectAsync(Bucket, "2026/there");
        Assert.Equal("text"u8.ToArray(), await ReadAsync(untouched));
    }

    [Fact]
    public async Task A_key_that_may_not_upload_is_not_offered_it()
    {
        await using var place = await Workplace.OpenAsync();
        using var s3 = place.ConnectS3();
        await s3.PutBucketAsync(Bucket);
        var reader = (await CommandLine.RunAsync("keys", "add", "--role", "read", "--data", place.Data)).Expect();
        await using var browser = await Browser.StartAsync(place.Server);
        await browser.SignInAsync(reader.Value("AWS_ACCESS_KEY_ID"), reader.Value("AWS_SECRET_ACCESS_KEY"));
        await browser.Page.GetByRole(AriaRole.Link, new() { Name = Bucket, Exact = true }).ClickAsync();
        await browser.WaitForAsync("There are no objects.");
        Assert.Equal(0, await browser.Page.Locator("#files").CountAsync());
        await browser.OpenAsync();
        await browser.WaitForAsync(Workplace.Vault);
        Assert.Equal(0, await browser.Page.Locator("form").CountAsync());
    }

    [Fact]
    public async Task An_upload_goes_on_after_a_restart_of_the_server()
    {
        await using var place = await Workplace.OpenAsync();
        using (var s3 = place.ConnectS3())
        {
            await s3.PutBucketAsync(Bucket);
        }

        await using var browser = await Browser.SignInAsync(place);
        await browser.OpenAsync($"/buckets/{Bucket}/objects");
        await browser.WaitForAsync("There are no objects.");
        await place.Server.KillAsync();
        await browser.Page.Locator("#files").SetInputFilesAsync(place.Create("film.mp4", 33 * MiB));
        await browser.WaitForAsync("The server does not answer. Check that it is running. Trying again …");
        await place.CrashServerAsync();
        await browser.WaitForAsync("Your session has ended");
        await browser.Page.GetByLabel("Access key ID").FillAsync(place.AccessKeyId);
        await browser.Page.GetByLabel("Secret access key").FillAsync(CommandLine.SecretAccessKey);
        await browser.Page.GetByLabel("Secret access key").PressAsync("Enter");
        await browser.WaitForAsync("1 entry");
        using var after = place.ConnectS3();
        using var stored = await after.GetObjectAsync(Bucket, "film.mp4");
        Assert.Equal(Archives.Bytes(33 * MiB, seed: 1), await ReadAsync(stored));
    }

    private static async Task<byte[]> ReadAsync(GetObjectResponse stored)
    {
        using var bytes = new MemoryStream();
        await stored.ResponseStream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
