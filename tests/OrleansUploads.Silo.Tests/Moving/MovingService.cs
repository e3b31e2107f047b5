using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using OrleansUploads.Client;
using OrleansUploads.Client.Sources;
using OrleansUploads.Signing;

namespace OrleansUploads.Silo.Tests.Moving;

/// <summary>A server's content, of everything that a service can have, and the answers to all reads of it.</summary>
internal sealed partial class MovingService
{
    public const string Vault = "tapes";

    private const string LockedVault = "locked";
    private const string Bucket = "photos";
    private const int Parallelism = 16;

    private static readonly string NoBodyHash = Convert.ToHexStringLower(SHA256.HashData([]));
    private static readonly byte[] LargeObject = Archives.Bytes((5 * Archives.MiB) + 77, seed: 8);
    private static readonly byte[] FirstPart = Archives.Bytes(Archives.MiB, seed: 9);
    private static readonly byte[] SecondPart = Archives.Bytes(1234, seed: 10);

    private readonly List<string> _archives = [];
    private string _upload = "";
    private string _objectUpload = "";
    private string _objectPart = "";
    private string _inventory = "";
    private int _objects;

    public static byte[] Continued => [.. FirstPart, .. SecondPart];

    public async Task FillAsync(ServingProcess server, int archives, int objects)
    {
        using var client = await server.ConnectAsync(Vault);
        await client.CreateVaultAsync(LockedVault);
        await client.AddTagsAsync(Vault, new Dictionary<string, string> { ["year"] = "2026" });
        await client.SetAccessPolicyAsync(Vault, Policy(Vault, "Allow", "ListJobs"));
        await client.SetVaultNotificationsAsync(
            Vault, new VaultNotificationConfig("arn:aws:sns:us-east-1:000000000001:t", [NotificationEvent.ArchiveRetrievalCompleted]));
        await client.CompleteVaultLockAsync(
            LockedVault, await client.InitiateVaultLockAsync(LockedVault, Policy(LockedVault, "Deny", "DeleteArchive")));
        await client.UploadArchiveAsync(LockedVault, HashedBody.Of(Archives.Bytes(100, seed: 1)));
        await client.SetDataRetrievalPolicyAsync(new DataRetrievalRule(DataRetrievalStrategy.BytesPerHour, 1_000_000_000));
        await client.UploadInPartsAsync(Vault, Archives.Bytes((3 * Archives.MiB) + 5, seed: 2));
        _upload = await client.InitiateMultipartUploadAsync(Vault, Archives.MiB);
        await client.UploadPartAsync(Vault, _upload, 0, HashedBody.Of(FirstPart));

        using var s3 = new S3Calls(server);
        await s3.SendAsync(HttpMethod.Put, $"/{Bucket}", []);
        await s3.SendAsync(HttpMethod.Put, $"/{Bucket}/tagged", [1, 2, 3]);
        await s3.SendAsync(
            HttpMethod.Put, $"/{Bucket}/tagged?tagging",
            "<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>"u8.ToArray());
        await CompleteObjectAsync(s3, "large", await BeginObjectAsync(s3, "large"));
        (_objectUpload, _objectPart) = await BeginObjectAsync(s3, "half");
        await AddAsync(server, archives, objects);
        _inventory = await client.InitiateInventoryRetrievalAsync(Vault);
    }

    /// <summary>Adds archives and objects, and deletes a few.</summary>
    public async Task AddAsync(ServingProcess server, int archives, int objects)
    {
        using var client = server.Connect();
        using var s3 = new S3Calls(server);
        await InParallelAsync(archives, async number =>
        {
            var archive = await client.UploadArchiveAsync(Vault, HashedBody.Of(Archives.Bytes(100 + (number % 900), seed: number)));
            lock (_archives)
            {
                _archives.Add(archive.ArchiveId);
            }
        });
        var first = _objects;
        await InParallelAsync(objects, number => s3.SendAsync(
            HttpMethod.Put, KeyOf(first + number), Archives.Bytes(50 + (number % 500), seed: number)));
        _objects += objects;
        if (archives > 1)
        {
            await client.DeleteArchiveAsync(Vault, _archives[0]);
            _archives.RemoveAt(0);
        }

        if (objects > 1)
        {
            await s3.SendAsync(HttpMethod.Delete, KeyOf(first));
        }
    }

    /// <summary>Asks everything, and returns the answers by their requests. The bytes of a sample are among them.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ReadAsync(ServingProcess server)
    {
        var answers = new Dictionary<string, string>();
        var vaults = new SignedRequests(
            server.Address, new RequestSigner(SigningRules.Glacier, "us-east-1", CommandLine.AccessKeyId, CommandLine.SecretAccessKey));
        var s3 = server.SignS3();
        using var http = new HttpClient();
        foreach (var target in (string[])[
            "/-/vaults", $"/-/vaults/{Vault}", $"/-/vaults/{LockedVault}", "/-/policies/data-retrieval", $"/-/vaults/{Vault}/access-policy",
            $"/-/vaults/{LockedVault}/lock-policy", $"/-/vaults/{Vault}/tags", $"/-/vaults/{Vault}/notification-configuration",
            $"/-/vaults/{Vault}/multipart-uploads", $"/-/vaults/{Vault}/multipart-uploads/{_upload}", $"/-/vaults/{Vault}/jobs",
            $"/-/vaults/{Vault}/jobs/{_inventory}", $"/-/vaults/{Vault}/jobs/{_inventory}/output"])
        {
            answers[target] = await AskAsync(http, vaults.Create(
                HttpMethod.Get, target, NoBodyHash, content: null, ("x-amz-glacier-version", "2012-06-01")));
        }

        List<string> objects =
        [
            "/", $"/{Bucket}?uploads", $"/{Bucket}?location", $"/{Bucket}/tagged", $"/{Bucket}/tagged?tagging", $"/{Bucket}/large",
            $"/{Bucket}/half?uploadId={_objectUpload}",
            .. Enumerable.Range(0, Math.Min(_objects, 200)).Select(number => KeyOf(number * _objects / Math.Min(_objects, 200))),
        ];
        foreach (var target in objects)
        {
            answers[target] = await AskAsync(http, s3.Create(HttpMethod.Get, target, PayloadModes.NotSigned, content: null));
        }

        for (var after = ""; after is not null;)
        {
            var target = $"/{Bucket}?list-type=2{after}";
            answers[target] = await AskAsync(http, s3.Create(HttpMethod.Get, target, PayloadModes.NotSigned, content: null));
            var next = Value(answers[target].Split('\n', 2)[1], "NextContinuationToken");
            after = next is null ? null : $"&continuation-token={Uri.EscapeDataString(next)}";
        }

        return answers;
    }

    /// <summary>Continues the half-done uploads on another server, and returns what they became.</summary>
    public async Task<(byte[] Archive, byte[] Object)> ContinueAsync(ServingProcess server)
    {
        using var client = server.Connect();
        using var s3 = new S3Calls(server);
        await client.UploadPartAsync(Vault, _upload, Archives.MiB, HashedBody.Of(SecondPart));
        var archive = await client.CompleteMultipartUploadAsync(
            Vault, _upload, Continued.Length, HashedBody.Of(Continued).TreeHash);
        await CompleteObjectAsync(s3, "half", (_objectUpload, _objectPart));
        return (await client.RetrieveAsync(Vault, archive.ArchiveId), await s3.SendAsync(HttpMethod.Get, $"/{Bucket}/half"));
    }

    public static byte[] ContinuedObject => LargeObject;

    public async Task RetrieveSampleAsync(ServingProcess server)
    {
        using var client = server.Connect();
        foreach (var archive in _archives.Where((_, index) => index % Math.Max(1, _archives.Count / 20) == 0))
        {
            Assert.NotEmpty(await client.RetrieveAsync(Vault, archive));
        }
    }

    /// <summary>Returns whether an archive is acknowledged.</summary>
    public static Task<bool> TryWriteAsync(ServingProcess server) =>
        TryAsync(server, static client => client.UploadArchiveAsync(Vault, HashedBody.Of(Archives.Bytes(100, seed: 3))));

    /// <summary>Returns whether a vault is described.</summary>
    public static Task<bool> CanReadAsync(ServingProcess server) => TryAsync(server, static client => client.DescribeVaultAsync(Vault));

    /// <summary>An error names its request and its process, which are others each time.</summary>
    [GeneratedRegex("<(RequestId|HostId)>[^<]*</(RequestId|HostId)>")]
    private static partial Regex Ids();

    private static string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"/{Bucket}/2026/{number % 97}/{number:D6}.jpg");

    private static async Task<bool> TryAsync(ServingProcess server, Func<GlacierClient, Task> call)
    {
        using var client = server.Connect();
        try
        {
            await call(client);
            return true;
        }
        catch (GlacierException)
        {
            return false;
        }
    }

    private static async Task<(string Upload, string ETag)> BeginObjectAsync(S3Calls s3, string key)
    {
        var upload = await s3.CreateUploadAsync($"/{Bucket}/{key}");
        return (upload, await s3.PutPartAsync(TargetOf(key, upload, number: 1), LargeObject[..(5 * Archives.MiB)]));
    }

    private static async Task CompleteObjectAsync(S3Calls s3, string key, (string Upload, string ETag) begun)
    {
        string[] parts = [begun.ETag, await s3.PutPartAsync(TargetOf(key, begun.Upload, number: 2), LargeObject[(5 * Archives.MiB)..])];
        await s3.CompleteAsync($"/{Bucket}/{key}?uploadId={begun.Upload}", new XElement(
            "CompleteMultipartUpload",
            parts.Select(static (tag, index) => new XElement("Part", new XElement("PartNumber", index + 1), new XElement("ETag", tag)))));
    }

    private static string TargetOf(string key, string upload, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"/{Bucket}/{key}?partNumber={number}&uploadId={upload}");

    private static async Task<string> AskAsync(HttpClient http, HttpRequestMessage request)
    {
        using (request)
        {
            using var answer = await http.SendAsync(request);
            var body = Encoding.Latin1.GetString(await answer.Content.ReadAsByteArrayAsync());
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{(int)answer.StatusCode} {answer.Headers.ETag} {answer.Content.Headers.LastModified:R} {answer.Content.Headers.ContentType}\n")
                + Ids().Replace(body, "");
        }
    }

    private static string? Value(string document, string name) =>
        XDocument.Parse(document).Descendants().FirstOrDefault(element => element.Name.LocalName == name)?.Value;

    private static Task InParallelAsync(int count, Func<int, Task> run) => Parallel.ForEachAsync(
        Enumerable.Range(0, count),
        new ParallelOptions { MaxDegreeOfParallelism = Parallelism },
        async (number, _) => await run(number));

    private static string Policy(string vault, string effect, string operation) =>
        $$"""
        {"Version":"2012-10-17","Statement":[{"Sid":"s","Effect":"{{effect}}","Principal":"*","Action":"glacier:{{operation}}",
         "Resource":"arn:aws:glacier:us-east-1:000000000001:vaults/{{vault}}"}]}
        """;
}
