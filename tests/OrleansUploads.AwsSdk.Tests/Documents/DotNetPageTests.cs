using System.Globalization;
using Amazon.Glacier;
using Amazon.Glacier.Model;
using Amazon.Glacier.Transfer;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Transfer;
using OrleansUploads.AwsSdk.Tests.Harness;

namespace OrleansUploads.AwsSdk.Tests.Documents;

/// <summary>The code of docs/dotnet.md. A test of OrleansUploads.Core.Tests compares it with the page.</summary>
public sealed class DotNetPageTests(VaultServer server) : IClassFixture<VaultServer>
{
    private static readonly byte[] Archive = VaultContents.Bytes((11 * VaultContents.MiB) + 3);

    [Fact]
    public async Task The_code_of_the_page_uploads_and_downloads()
    {
        var (accessKeyId, secretAccessKey) = (CommandLine.AccessKeyId, CommandLine.SecretAccessKey);
        var (endpoint, path, copy) = (server.Address.ToString(), server.File("holiday.tar"), server.File("copy.tar"));
        await File.WriteAllBytesAsync(path, Archive);

        var credentials = new BasicAWSCredentials(accessKeyId, secretAccessKey);
        using var glacier = new AmazonGlacierClient(credentials, new AmazonGlacierConfig
        {
            ServiceURL = endpoint,
            AuthenticationRegion = "us-east-1",
            MaxErrorRetry = 10,
            Timeout = TimeSpan.FromMinutes(10),
        });

        using var transfers = new ArchiveTransferManager(glacier);
        await transfers.CreateVaultAsync("photos");
        var uploaded = await transfers.UploadAsync("photos", "holiday.tar", path);
        Console.WriteLine(uploaded.ArchiveId);

        var inParts = await UploadInPartsAsync(glacier);
        foreach (var archiveId in (string[])[uploaded.ArchiveId, inParts])
        {
            await DownloadAsync(glacier, archiveId, copy);
            Assert.Equal(Archive, await File.ReadAllBytesAsync(copy));
            File.Delete(copy);
        }

        using var s3 = new AmazonS3Client(credentials, new AmazonS3Config
        {
            ServiceURL = endpoint,
            AuthenticationRegion = "us-east-1",
            ForcePathStyle = true,
        });
        await s3.PutBucketAsync("photos");
        using var objects = new TransferUtility(s3);
        await objects.UploadAsync(path, "photos", "holiday.tar");
        await objects.DownloadAsync(copy, "photos", "holiday.tar");

        Assert.Equal(Archive, await File.ReadAllBytesAsync(copy));
    }

    private static async Task<string> UploadInPartsAsync(AmazonGlacierClient glacier)
    {
        var initiated = await glacier.InitiateMultipartUploadAsync(
            new InitiateMultipartUploadRequest { VaultName = "photos", ArchiveDescription = "holiday.tar", PartSize = 1 << 20 });

        var (uploadId, archiveSize) = (initiated.UploadId, Archive.Length);
        List<string> treeHashes = [];
        for (var start = 0; start < Archive.Length; start += 1 << 20)
        {
            using var part = new MemoryStream(Archive[start..Math.Min(start + (1 << 20), Archive.Length)]);
            await UploadPartAsync(glacier, uploadId, part, start);
            treeHashes.Add(VaultContents.TreeHash(part.ToArray()));
        }

        var completed = await glacier.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
        {
            VaultName = "photos",
            UploadId = uploadId,
            ArchiveSize = archiveSize.ToString(CultureInfo.InvariantCulture),
            Checksum = TreeHashGenerator.CalculateTreeHash(treeHashes),
        });
        Console.WriteLine(completed.ArchiveId);

        return completed.ArchiveId;
    }

    private static async Task UploadPartAsync(AmazonGlacierClient glacier, string uploadId, MemoryStream part, long start)
    {
        var request = new UploadMultipartPartRequest
        {
            VaultName = "photos",
            UploadId = uploadId,
            Body = part,
            Checksum = TreeHashGenerator.CalculateTreeHash(part),
        };
        request.SetRange(start, start + part.Length - 1);
        await glacier.UploadMultipartPartAsync(request);
    }

    private static async Task DownloadAsync(AmazonGlacierClient glacier, string archiveId, string path)
    {
        var job = await glacier.InitiateJobAsync(new InitiateJobRequest
        {
            VaultName = "photos",
            JobParameters = new JobParameters { Type = "archive-retrieval", ArchiveId = archiveId },
        });
        var description = new DescribeJobRequest { VaultName = "photos", JobId = job.JobId };
        while ((await glacier.DescribeJobAsync(description)).Completed != true)
        {
            await Task.Delay(TimeSpan.FromSeconds(10));
        }

        var output = new GetJobOutputRequest { VaultName = "photos", JobId = job.JobId };
        using var response = await glacier.GetJobOutputAsync(output);
        await using var file = File.Create(path);
        await response.Body.CopyToAsync(file);
        file.Position = 0;
        if (TreeHashGenerator.CalculateTreeHash(file) != response.Checksum)
        {
            throw new InvalidDataException($"{path} was damaged on its way.");
        }
    }
}
