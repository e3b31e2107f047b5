using Microsoft.AspNetCore.Http;

namespace OrleansUploads.Gateway.Tests.Fuzzing.S3;

internal sealed class S3Protocol : IProtocol
{
    private static readonly string[] HeaderNames =
    [
        "x-amz-content-sha256", "x-amz-decoded-content-length", "x-amz-trailer", "x-amz-sdk-checksum-algorithm",
        "x-amz-checksum-crc32", "x-amz-checksum-crc64nvme", "x-amz-checksum-sha256", "x-amz-checksum-algorithm", "x-amz-checksum-type",
        "x-amz-checksum-mode", "x-amz-mp-object-size", "x-amz-meta-a", "x-amz-storage-class", "x-amz-tagging", "x-amz-acl",
        "x-amz-server-side-encryption", "x-amz-expected-bucket-owner", "x-amz-copy-source", "x-amz-copy-source-range",
        "x-amz-copy-source-if-match", "x-amz-metadata-directive", "x-amz-object-attributes", "x-amz-max-parts", "x-amz-date", "Host",
        "Content-MD5", "Content-Type", "Content-Encoding", "Expires", "If-Match", "If-None-Match", "If-Modified-Since",
        "If-Unmodified-Since", "Range",
    ];

    private static readonly string[] Parameters =
    [
        "prefix", "delimiter", "max-keys", "marker", "start-after", "continuation-token", "encoding-type", "list-type", "fetch-owner",
        "uploads", "uploadId", "partNumber", "part-number-marker", "max-parts", "max-uploads", "key-marker", "upload-id-marker",
        "versionId", "versions", "delete", "tagging", "acl", "policy", "restore", "attributes", "location", "response-content-type",
        "x-id", "", "%", "X-Amz-Signature", "X-Amz-Algorithm", "X-Amz-Expires", "Prefix", "pre%66ix",
    ];

    private static readonly string[] Targets =
        ["*", "", "first", "//", "/", "///", "//k", "/first//", "/-/vaults", "/first/%", "/first/%ff", "http://localhost/first/k"];

    private readonly S3World _world = new();
    private readonly Dice _dice;
    private readonly S3Requests _valid;

    public S3Protocol(Dice dice)
    {
        _dice = dice;
        _valid = new S3Requests(_world, dice);
        Words = new Vocabulary(HeaderNames, Parameters, Targets, Language.Xml, OtherName);
    }

    public Judge Judge { get; } = new S3Judge();

    public Vocabulary Words { get; }

    public Task CreateSamplesAsync(FuzzServer server) => new S3SampleData(server, _world).CreateAsync();

    public FuzzRequest Any() => _valid.Any();

    public string? OperationOf(FuzzRequest request)
    {
        var target = RequestTarget.Parse(request.Target);
        if (S3Address.Parse(target.Path, "localhost", domain: null) is not { } address)
        {
            return null;
        }

        var headers = new HeaderDictionary();
        foreach (var (name, value) in request.Headers.Where(header => header.Name.Length > 0))
        {
            headers.Append(name, value);
        }

        return S3Router.Recognize(request.Method, address.Level, target.Query, headers) is S3Route.To to
            ? to.Operation.ToString()
            : null;
    }

    public Task<string> ReadStateAsync(FuzzServer server, bool withBytes) => _world.ReadAsync(server, withBytes);

    /// <summary>A failed condition is decided after the bytes are stored, a bucket is sealed before it is known to be empty, and an
    /// account counts a bucket before the bucket knows that it has no owner.</summary>
    public bool MayWriteUnseen(string? operation) => operation is "PutObject" or "CopyObject"
        or "CompleteMultipartUpload" or "CreateBucket" or "DeleteBucket";

    /// <summary>Whether the records are those of one upload whose publication was refused, of one bucket whose leaves were sealed and
    /// unsealed, or of one account that counted a bucket and forgot it.</summary>
    public bool AreUnseen(string? operation, IReadOnlyList<(EntityId Entity, long Version)> written)
    {
        var first = operation switch
        {
            "CreateBucket" => EntityKind.Account,
            "DeleteBucket" => EntityKind.Bucket,
            _ => EntityKind.Upload,
        };
        var entities = written.Select(record => record.Entity).Distinct().ToList();

        // Some requests are sent twice on one connection.
        return entities.Count(entity => entity.Kind == first) is 1 or 2
            && entities.TrueForAll(entity => entity.Kind == first || entity.Kind == EntityKind.KeyLeaf);
    }

    private string OtherName()
    {
        var bucket = _world.Any(_dice);
        return _dice.Below(4) switch
        {
            0 when bucket.Uploads.Count > 0 => _dice.PickFrom(bucket.Uploads).Id,
            1 => bucket.Name,
            2 => GatewaySetup.Account.ToString(),
            _ => _dice.PickFrom(KnownBucket.Keys),
        };
    }
}
