using OrleansUploads.EndToEnd.Tests.AwsClients;

namespace OrleansUploads.EndToEnd.Tests.S3Clients;

/// <summary>Programs that presign URLs, send plus signs for blanks, or compare times, each as its users run it.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class PresigningTests : IAsyncLifetime
{
    private const string Bucket = "presigned";

    private readonly TemporaryFolder _folder = new();
    private ServerProcess _server = null!;

    public async ValueTask InitializeAsync() => _server = await ServerProcess.StartAsync(_folder.Data);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>Version 2 of Amazon's SDK for JavaScript, aws4fetch, s3-sync-client and LanceDB.</summary>
    [Theory]
    [InlineData("sdk2")]
    [InlineData("aws4fetch")]
    [InlineData("sync")]
    [InlineData("lancedb")]
    public async Task A_program_from_npm_works(string program)
    {
        var node = await InstalledClients.FindNodeWithProgramsAsync();
        var run = new S3Program(node, _server, _folder.Path);
        await run.RunAsync(InstalledClients.JavaScriptProgram("programs.mjs"), program, _server.Address.ToString().TrimEnd('/'), _folder.Path);
    }

    /// <summary>boto3 and boto 2 presign with Signature Version 2 unless they are told otherwise.</summary>
    [Theory]
    [InlineData("boto3")]
    [InlineData("boto")]
    public async Task A_script_for_Python_reads_and_writes_with_URLs(string library)
    {
        var python = library == "boto" ? await InstalledClients.FindPythonWithBoto2Async() : await InstalledClients.FindPythonWithBoto3Async();
        await new S3Program(python, _server, _folder.Path).RunAsync(
            InstalledClients.PythonScript($"{library}_presigned.py"), _server.Address.ToString().TrimEnd('/'));
    }

    [Theory]
    [InlineData("s3")]
    [InlineData("s3v4")]
    public async Task The_AWS_CLI_presigns(string version)
    {
        var aws = await AwsAsync();
        await aws.RunAsync("configure", "set", "default.s3.signature_version", version);
        await aws.RunAsync("s3", "mb", $"s3://{Bucket}");
        await File.WriteAllTextAsync(_folder.File("a b"), "hello");
        await aws.RunAsync("s3", "cp", _folder.File("a b"), $"s3://{Bucket}/a b+c");
        var url = (await aws.RunAsync("s3", "presign", $"s3://{Bucket}/a b+c", "--expires-in", "60")).Trim();
        using var http = new HttpClient();
        Assert.Equal("hello", await http.GetStringAsync(new Uri(url), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_AWS_CLI_downloads_nothing_twice_when_it_compares_exact_times()
    {
        var aws = await AwsAsync();
        var (source, target) = (_folder.File("source"), _folder.File("target"));
        Directory.CreateDirectory(source);
        await File.WriteAllTextAsync(Path.Combine(source, "a b"), "hello");
        await File.WriteAllTextAsync(Path.Combine(source, "c"), "hello");
        await aws.RunAsync("s3", "mb", $"s3://{Bucket}");
        await aws.RunAsync("s3", "sync", source, $"s3://{Bucket}");
        Assert.Contains("download:", await aws.RunAsync("s3", "sync", "--exact-timestamps", $"s3://{Bucket}", target), StringComparison.Ordinal);
        Assert.Equal("", await aws.RunAsync("s3", "sync", "--exact-timestamps", $"s3://{Bucket}", target));
    }

    private async Task<S3Program> AwsAsync() => new(await InstalledClients.FindAwsCliAsync(), _server, _folder.Path)
    {
        Options = ["--endpoint-url", _server.Address.ToString()],
    };
}
