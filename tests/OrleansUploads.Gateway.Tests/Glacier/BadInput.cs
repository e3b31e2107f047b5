using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <summary>The state that invalid requests are sent against: a vault with an archive and an upload with two parts.</summary>
/// <param name="Vault">The name of the vault.</param>
/// <param name="Archive">The ID of an archive of 3 MiB in the vault.</param>
/// <param name="Upload">The ID of an upload with a full part at 0 and a short one at 2 MiB.</param>
internal sealed record Scene(string Vault, string Archive, string Upload);

/// <summary>An invalid request and its expected answer.</summary>
/// <param name="Name">What is wrong; the name of the test case.</param>
/// <param name="Request">Creates the request.</param>
/// <param name="Status">The expected status.</param>
/// <param name="Code">The expected code.</param>
/// <param name="Message">Part of the expected message.</param>
internal sealed partial record BadInput(string Name, Func<Scene, ApiRequest> Request, int Status, string Code, string Message)
{
    private const string Invalid = "InvalidParameterValueException";
    private const string Missing = "MissingParameterValueException";
    private const string NotFound = "ResourceNotFoundException";
    private const string Serialization = "SerializationException";
    private const string Signature = "InvalidSignatureException";

    private static readonly string Hash = new('0', 64);
    private static readonly string UnknownId = new('u', 92);

    public static IReadOnlyList<BadInput> All { get; } =
    [
        .. UnknownVaults(),
        .. Vaults(),
        .. Archives(),
        .. Initiations(),
        .. Parts(),
        .. Completions(),
        .. Jobs(),
        .. Inventories(),
        .. Tags(),
        .. Policies(),
        .. Locks(),
        .. Notifications(),
        .. RetrievalPolicies(),
        .. Paths(),
    ];

    public override string ToString() => Name;

    /// <summary>The vault is looked up before anything else is checked.</summary>
    private static IEnumerable<BadInput> UnknownVaults() => OperationTests.OnVaults.Select(action => new BadInput(
        $"{action} of an unknown vault", _ => OperationTests.RequestTo("nowhere", action), 404, NotFound, "Vault not found for ARN"));

    private static IEnumerable<BadInput> Vaults() =>
    [
        new("a list of vaults with an invalid limit", s => ListVaults("?limit=0"), 400, Invalid, "Invalid limit: 0"),
        new("the deletion of a vault that is not empty", s => DeleteVault(s.Vault), 400, Invalid, "Vault not empty or recently written to"),
        new("a vault without a name", s => DescribeVault(""), 404, NotFound, "Vault not found for ARN"),
    ];

    private static IEnumerable<BadInput> Archives() =>
    [
        new("an empty archive", s => UploadArchive(s.Vault, []), 400, Invalid, "Invalid Content-Length: 0"),
        new("an archive without its linear hash",
            s => Archive(s).With("x-amz-content-sha256", null), 400, Missing, "x-amz-content-sha256"),
        new("an archive without its tree hash",
            s => Archive(s).With("x-amz-sha256-tree-hash", null), 400, Missing, "x-amz-sha256-tree-hash"),
        new("an archive with a malformed tree hash",
            s => Archive(s).With("x-amz-sha256-tree-hash", "12"), 400, Invalid, "Invalid x-amz-sha256-tree-hash: 12"),
        new("an archive with a wrong tree hash",
            s => Archive(s).With("x-amz-sha256-tree-hash", Hash),
            400,
            Invalid,
            $"Checksum mismatch: expected {Hash}, computed {TreeHashOf(Bytes(7))}. Send the bytes again, or correct the hash."),
        new("an archive whose stated tree hash is its linear hash",
            s => UploadArchive(s.Vault, Bytes(2 * MiB)).With("x-amz-sha256-tree-hash", LinearHashOf(Bytes(2 * MiB))),
            400,
            Invalid,
            "The stated hash is the SHA-256 of the whole body; state its tree hash."),
        new("an archive whose stated tree hash is that of zero bytes",
            s => Archive(s).With("x-amz-sha256-tree-hash", TreeHashOf([])), 400, Invalid, "The stated hash is the hash of zero bytes"),
        new("an archive with a wrong linear hash",
            s => Archive(s).With("x-amz-content-sha256", Hash),
            403,
            Signature,
            $"Computed digest: {LinearHashOf(Bytes(7))} expected hash: {Hash}"),
        new("a description of 1,025 characters",
            s => Archive(s).With("x-amz-archive-description", new string('d', 1025)), 400, Invalid, "at most 1024"),
        .. new[] { "a\tb", "grüße" }.Select(text => new BadInput(
            $"the description '{text}'", s => Archive(s).With("x-amz-archive-description", text), 400, Invalid, "printable ASCII")),
        new("the deletion of an unknown archive",
            s => DeleteArchive(s.Vault, new string('a', 138)), 404, NotFound, "The archive ID was not found: aaa"),
        new("the deletion of an archive with a malformed ID",
            s => DeleteArchive(s.Vault, "short"), 404, NotFound, "The archive ID was not found: short"),
    ];

    private static IEnumerable<BadInput> Initiations() =>
    [
        new("an upload without a part size",
            s => Initiate(s.Vault).With("x-amz-part-size", null), 400, Invalid, "Invalid part size: null. Part size must"),
        new("a part size with a sign",
            s => Initiate(s.Vault).With("x-amz-part-size", "+1048576"), 400, Invalid, "Invalid part size: +1048576"),
        new("a part size that is not 2^n MiB", s => Initiate(s.Vault, 3 * MiB), 400, Invalid, "Invalid part size: 3145728"),
        new("an upload with a description of 1,025 characters",
            s => Initiate(s.Vault).With("x-amz-archive-description", new string('d', 1025)), 400, Invalid, "at most 1024"),
        new("a list of uploads with an invalid marker", s => ListUploads(s.Vault, "?marker=x"), 400, Invalid, "Invalid marker: x"),
    ];

    private static IEnumerable<BadInput> Parts() =>
    [
        new("a part without Content-Range", s => ValidPart(s).With("Content-Range", null), 400, Missing, "Content-Range"),
        .. new[]
        {
            "bytes=0-1048575/*", "bytes 0-1048575", "bytes 0-1048575/1048575", "bytes 0-1048575/-1", "bytes 0-1048575/+1048576", "bytes 0-1048575/", "bytes 0-1048575/*/*", "0-1048575/*", "bytes -1-1048575/*", "bytes 0-/*",
            "bytes 1048575-0/*", "bytes 0x0-10/*", "bytes 0-99999999999999999999/*", "bytes 0 - 1048575/*", "bytes */*",
            "bytes /*", "octets 0-1048575/*", "bytes 0-9223372036854775807/*",
        }.Select(range => new BadInput(
            $"the malformed range '{range}'",
            s => ValidPart(s).With("Content-Range", range),
            400,
            Invalid,
            $"Invalid Content-Range: {range}")),
        new("a body shorter than its range",
            s => ValidPart(s).With("Content-Range", "bytes 0-1048576/*"),
            400,
            Invalid,
            "Content-Range: bytes 0-1048576/* is incompatible with Content-Length: 1048576"),
        new("a body longer than its range",
            s => ValidPart(s).With("Content-Range", "bytes 0-1048574/*"),
            400,
            Invalid,
            "Content-Range: bytes 0-1048574/* is incompatible with Content-Length: 1048576"),
        new("a misaligned range",
            s => Part(s.Vault, s.Upload, 1, Bytes(MiB)), 400, Invalid, "must be a multiple of the part size, 1048576 bytes"),
        new("a part that is one byte too large",
            s => Part(s.Vault, s.Upload, 0, Bytes(MiB + 1)), 400, Invalid, "It has 1048577 bytes, and the part size is 1048576"),
        new("a part after the 10,000th slot",
            s => Part(s.Vault, s.Upload, 10_000L * MiB, Bytes(1)), 400, Invalid, "at most 10000 parts"),
        new("a part with a wrong tree hash",
            s => ValidPart(s).With("x-amz-sha256-tree-hash", Hash), 400, Invalid, $"Checksum mismatch: expected {Hash}, computed"),
        new("a part with a wrong linear hash",
            s => ValidPart(s).With("x-amz-content-sha256", Hash), 403, Signature, $"expected hash: {Hash}"),
        new("a part without its linear hash",
            s => ValidPart(s).With("x-amz-content-sha256", null), 400, Missing, "x-amz-content-sha256"),
        new("a part without its tree hash",
            s => ValidPart(s).With("x-amz-sha256-tree-hash", null), 400, Missing, "x-amz-sha256-tree-hash"),
        new("a part with a malformed tree hash",
            s => ValidPart(s).With("x-amz-sha256-tree-hash", Hash[1..] + "g"), 400, Invalid, "must be 64 hex digits"),
        new("a part of an unknown upload",
            s => Part(s.Vault, UnknownId, 0, Bytes(1)), 404, NotFound, $"The upload ID was not found: {UnknownId}"),
        new("a part of an upload with a malformed ID",
            s => Part(s.Vault, "short", 0, Bytes(1)), 404, NotFound, "The upload ID was not found: short"),
        new("a list of parts with an invalid marker",
            s => ListParts(s.Vault, s.Upload, "?marker=x"), 400, Invalid, "Invalid marker: x"),
        new("a list of parts with a marker after all parts",
            s => ListParts(s.Vault, s.Upload, "?marker=9223372036854775807"), 400, Invalid, "Invalid marker: 9"),
        new("a list of parts with an invalid limit",
            s => ListParts(s.Vault, s.Upload, "?limit=0"), 400, Invalid, "Invalid limit: 0"),
    ];

    private static IEnumerable<BadInput> Completions() =>
    [
        new("a completion with a gap",
            s => Complete(s.Vault, s.Upload, (2 * MiB) + 5, Hash),
            400,
            Invalid,
            "the bytes 1048576-2097151 were never uploaded"),
        new("a completion without a size",
            s => Complete(s.Vault, s.Upload, 1, Hash).With("x-amz-archive-size", null), 400, Missing, "x-amz-archive-size"),
        new("a completion with a malformed size",
            s => Complete(s.Vault, s.Upload, 1, Hash).With("x-amz-archive-size", "1e6"), 400, Invalid, "x-amz-archive-size: 1e6"),
        new("a completion without its tree hash",
            s => Complete(s.Vault, s.Upload, 1, Hash).With("x-amz-sha256-tree-hash", null), 400, Missing, "tree-hash"),
        new("a completion with a malformed tree hash",
            s => Complete(s.Vault, s.Upload, 1, "zz"), 400, Invalid, "Invalid x-amz-sha256-tree-hash: zz"),
        new("the completion of an unknown upload",
            s => Complete(s.Vault, UnknownId, 1, Hash), 404, NotFound, "The upload ID was not found"),
        new("the abort of an unknown upload", s => Abort(s.Vault, UnknownId), 404, NotFound, "The upload ID was not found"),
    ];

    private static IEnumerable<BadInput> Jobs() =>
    [
        .. Bodies("a job", (s, body) => InitiateJob(s.Vault, body),
            ("", Missing, "missing: Job Parameters"),
            ("null", Missing, "missing: Job Parameters"),
            ("{}", Missing, "missing: type"),
            ("""{"Type":"x"}""", Invalid, "Invalid Type: x"),
            ("""{"Type":"select"}""", Invalid, "Select jobs are no longer supported"),
            ("{", Serialization, "not the JSON object"),
            ("[]", Serialization, "not the JSON object"),
            ("""{"Type":"archive-retrieval"}""", Missing, "missing: ArchiveId")),
        new("a retrieval of an archive with a malformed ID", s => Retrieve(s.Vault, "x"), 404, NotFound, "archive ID was not found: x"),
        new("a retrieval of an unknown archive",
            s => Retrieve(s.Vault, new string('a', 138)), 404, NotFound, "archive ID was not found: aaa"),
        new("a retrieval with an unknown tier", s => Job(s, "Tier", "Fast"), 400, Invalid, "Invalid Tier: Fast"),
        .. new[] { "topic", "arn:", "arn:a b", "arn:\u00e9", "ARN:x", "arn:" + new string('x', 253) }.Select(topic => new BadInput(
            $"a job with the topic '{topic}'", s => Job(s, "SNSTopic", topic), 400, Invalid, $"Invalid SNSTopic: {topic}. It must begin")),
        new("a job with a description of 1,025 characters",
            s => Job(s, "Description", new string('d', 1025)), 400, Invalid, "at most 1024"),
        .. new[] { "0-1048574", "1-1048575", "0-3145728", "3145728-4194303", "524288-1048575" }.Select(range => new BadInput(
            $"a retrieval of the range {range}",
            s => Job(s, "RetrievalByteRange", range),
            400,
            Invalid,
            $"Invalid RetrievalByteRange: {range}. It must begin at a multiple of 1048576")),
        new("a retrieval of a malformed range",
            s => Job(s, "RetrievalByteRange", "bytes=0-1"), 400, Invalid, "The form is 'first-last'"),
        new("an unknown job", s => DescribeJob(s.Vault, UnknownId), 404, NotFound, "The job ID was not found"),
        new("the output of a job with a malformed ID", s => GetOutput(s.Vault, "short"), 404, NotFound, "The job ID was not found: short"),
        new("a list of jobs with an unknown status",
            s => ListJobs(s.Vault, "?statuscode=finished"), 400, Invalid, "The job status code is not valid: finished. It must be InProgress, Succeeded or Failed."),
        new("a list of jobs with a malformed filter", s => ListJobs(s.Vault, "?completed=yes"), 400, Invalid, "Invalid completed: yes"),
        new("a list of jobs with an invalid marker", s => ListJobs(s.Vault, "?marker=x"), 400, Invalid, "Invalid marker: x"),
    ];

    private static IEnumerable<BadInput> Paths() =>
        new ApiRequest[]
        {
            new("GET", "/"),
            new("GET", "/-"),
            new("GET", "/-/Vaults"),
            new("POST", "/-/vaults"),
            new("GET", "/-/vaults/a/archives"),
            new("GET", "/-/vaults/a/b/c/d/e/f"),
            new("GET", "/-//vaults"),
            new("POST", "/-/vaults/a/tags"),
            new("PATCH", "/-/vaults/a"),
        }
        .Select(request => new BadInput(
            $"the unknown operation {request}",
            _ => request,
            404,
            "UnknownOperationException",
            $"There is no operation {request} in the vault API"));

    /// <summary>Bodies that are refused, each with its code and message.</summary>
    private static IEnumerable<BadInput> Bodies(
        string subject, Func<Scene, string, ApiRequest> request, params (string Body, string Code, string Message)[] bodies) =>
        bodies.Select(row => new BadInput($"{subject} with the body '{row.Body}'", s => request(s, row.Body), 400, row.Code, row.Message));

    private static ApiRequest Archive(Scene scene) => UploadArchive(scene.Vault, Bytes(7));

    private static ApiRequest ValidPart(Scene scene) => Part(scene.Vault, scene.Upload, 0, Bytes(MiB, 77));

    private static ApiRequest Job(Scene scene, string field, string value) => InitiateJob(
        scene.Vault, $$"""{"Type":"archive-retrieval","ArchiveId":"{{scene.Archive}}","{{field}}":"{{value}}"}""");
}
