using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.TestKit;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>S3 clients against <c>serve</c>, with their default settings.</summary>
public sealed class S3ClientTests : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Boto3_uses_buckets_objects_and_multipart_uploads()
    {
        var python = await InstalledClients.FindPythonWithBoto3Async();
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        await using var script = CapturedProcess.Start(
            python,
            [InstalledClients.PythonScript("s3_objects.py"), server.Address.ToString(), _folder.Path],
            InstalledClients.Environment(_folder.Path));
        Assert.True(await script.WaitForExitAsync(TimeLimit) == 0, $"{script}\n{server}");
    }

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public async Task The_AWS_CLI_copies_synchronizes_lists_and_removes()
    {
        var aws = await InstalledClients.FindAwsCliAsync();
        await using var server = await ServerProcess.StartAsync(_folder.Data);
        var source = Directory.CreateDirectory(_folder.File("source")).FullName;
        var target = _folder.File("target");
        Directory.CreateDirectory(Path.Combine(source, "sub dir"));
        byte[][] contents = [[], Archives.Bytes(1000, seed: 1), Archives.Bytes((9 * Archives.MiB) + 1, seed: 2)];
        string[] names = ["empty", "sub dir/a+b %41", "large"];
        for (var i = 0; i < names.Length; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(source, names[i]), contents[i]);
        }

        await RunAsync("s3", "mb", "s3://cli-bucket");
        await RunAsync("s3", "sync", source, "s3://cli-bucket/dir");
        Assert.DoesNotContain("upload:", await RunAsync("s3", "sync", source, "s3://cli-bucket/dir"), StringComparison.Ordinal);
        var listed = await RunAsync("s3", "ls", "s3://cli-bucket", "--recursive");
        Assert.All(names, name => Assert.Contains("dir/" + name, listed, StringComparison.Ordinal));
        await RunAsync("s3", "cp", "--recursive", "s3://cli-bucket/dir", target);
        for (var i = 0; i < names.Length; i++)
        {
            Assert.Equal(contents[i], await File.ReadAllBytesAsync(Path.Combine(target, names[i])));
        }

        // The CLI copies the large object part by part.
        await RunAsync("s3", "mv", "--recursive", "s3://cli-bucket/dir", "s3://cli-bucket/moved");
        await RunAsync("s3", "cp", "--recursive", "s3://cli-bucket/moved", "s3://cli-bucket/dir");
        await RunAsync("s3", "cp", "s3://cli-bucket/dir/large", _folder.File("copied"));
        Assert.Equal(contents[2], await File.ReadAllBytesAsync(_folder.File("copied")));
        Assert.Contains("X-Amz-Signature=", await RunAsync("s3", "presign", "s3://cli-bucket/dir/large"), StringComparison.Ordinal);
        await RunAsync("s3", "rm", "s3://cli-bucket/dir/empty");
        await RunAsync("s3", "rb", "--force", "s3://cli-bucket");
        Assert.Empty(await RunAsync("s3", "ls"));

        async Task<string> RunAsync(params string[] arguments)
        {
            await using var process = CapturedProcess.Start(
                aws,
                [.. arguments, "--endpoint-url", server.Address.ToString()],
                InstalledClients.Environment(_folder.Path));
            Assert.True(await process.WaitForExitAsync(TimeLimit) == 0, $"{process}\n{server}");
            return process.Output;
        }
    }
}
