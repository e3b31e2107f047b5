using System.Text.RegularExpressions;
using System.Xml.Linq;
using OrleansUploads.Core.Settings;
using OrleansUploads.TestKit.Documents;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>Every parameter that Amazon documents for an operation of this server has an effect, is refused, or is ignored for a reason in
/// docs/s3.md. The parameters that are a part of the address or of the signature are left out.</summary>
public sealed class S3ParameterTests(S3ParameterTests.ArchiveServer s3) : IClassFixture<S3ParameterTests.ArchiveServer>
{
    private const string Ignored = "ignored";

    /// <summary>An operation with a request for it: name, method, target, headers, body. Below it its parameters: a header, a parameter of
    /// the query, or the path of an element, each with a value that makes a difference; and the code of the error if that is refused. A
    /// name with @ is a group. {b} is a bucket, {u} an upload to an object that exists, {e} the ETag of its first part,
    /// {now} the time.</summary>
    private const string Table = """
        ListBuckets | GET | /
          ?max-buckets=1
          ?continuation-token={b}
          ?prefix=none
          ?bucket-region=mars-1
        CreateBucket | PUT | /{b}-new | | <CreateBucketConfiguration/>
          x-amz-acl: public-read => NotImplemented
          @grants
          x-amz-grant-write: id=1 => NotImplemented
          x-amz-bucket-object-lock-enabled: true => NotImplemented
          x-amz-object-ownership: ObjectWriter => NotImplemented
          x-amz-bucket-namespace: account-regional => NotImplemented
          <LocationConstraint>mars-1 => ignored
          <Location/Type>AvailabilityZone => NotImplemented
          <Bucket/Type>Directory => NotImplemented
          <Tags/Tag/Key>a => NotImplemented
          <Unknown>1 => MalformedXML
        HeadBucket | HEAD | /{b}
          @owner
        DeleteBucket | DELETE | /{b}
          @owner
        GetBucketLocation | GET | /{b}?location
          @owner
        GetBucketAccelerateConfiguration | GET | /{b}?accelerate
          @owner
          @payer
        GetBucketAcl | GET | /{b}?acl
          @owner
        GetBucketCors | GET | /{b}?cors
          @owner
        GetBucketEncryption | GET | /{b}?encryption
          @owner
        GetBucketLifecycleConfiguration | GET | /{b}?lifecycle
          @owner
        GetBucketLogging | GET | /{b}?logging
          @owner
        GetBucketNotificationConfiguration | GET | /{b}?notification
          @owner
        GetBucketOwnershipControls | GET | /{b}?ownershipControls
          @owner
        GetBucketPolicy | GET | /{b}?policy
          @owner
        GetBucketPolicyStatus | GET | /{b}?policyStatus
          @owner
        GetBucketReplication | GET | /{b}?replication
          @owner
        GetBucketRequestPayment | GET | /{b}?requestPayment
          @owner
        GetBucketTagging | GET | /{b}?tagging
          @owner
        GetBucketVersioning | GET | /{b}?versioning
          @owner
        GetBucketWebsite | GET | /{b}?website
          @owner
        GetObjectLockConfiguration | GET | /{b}?object-lock
          @owner
        GetPublicAccessBlock | GET | /{b}?publicAccessBlock
          @owner
        ListObjects | GET | /{b}
          @list
          ?marker=k
          ?max-keys=1
          x-amz-optional-object-attributes: Colour => InvalidArgument
        ListObjectsV2 | GET | /{b}?list-type=2
          @list
          ?max-keys=1
          ?continuation-token=! => InvalidArgument
          ?start-after=k
          ?fetch-owner=true
          x-amz-optional-object-attributes: Colour => InvalidArgument
        ListObjectVersions | GET | /{b}?versions
          @list
          ?max-keys=1
          ?key-marker=k
          ?version-id-marker=null => InvalidArgument
          x-amz-optional-object-attributes: Colour => InvalidArgument
        ListMultipartUploads | GET | /{b}?uploads
          @list
          ?max-uploads=0
          ?key-marker=k
          ?key-marker=a&upload-id-marker=! => InvalidArgument
        ListParts | GET | /{b}/dir/a?uploadId={u}
          ?uploadId=x => NoSuchUpload
          ?max-parts=1
          ?part-number-marker=1
          @sse-c
          @owner
          @payer
        GetObject | GET | /{b}/k
          @read
        HeadObject | HEAD | /{b}/k
          @read
        GetObjectAcl | GET | /{b}/k?acl
          @version
          @owner
          @payer
        GetObjectAttributes | GET | /{b}/parts?attributes | x-amz-object-attributes: ObjectParts
          x-amz-object-attributes: ETag
          x-amz-max-parts: 0
          x-amz-part-number-marker: 1
          @version
          @sse-c
          @owner
          @payer
        GetObjectTagging | GET | /{b}/k?tagging
          @version
          @owner
          @payer
        PutObjectTagging | PUT | /{b}/k?tagging | | <Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>
          <TagSet/Tag/Key>b
          <TagSet/Tag/Value>2
          <TagSet/Unknown>1 => MalformedXML
          <Unknown>1 => MalformedXML
          @digests
          @version
          @owner
          @payer
        DeleteObjectTagging | DELETE | /{b}/k?tagging
          @version
          @owner
        PutObject | PUT | /{b}/k | | new
          @stored
          @digests
          @write
          x-amz-write-offset-bytes: 0 => NotImplemented
          @owner
          @payer
        CopyObject | PUT | /{b}/dir/a | x-amz-copy-source: {b}/k; x-amz-metadata-directive: REPLACE; x-amz-tagging-directive: REPLACE
          @stored
          @copy
          @write
          x-amz-metadata-directive: COPY
          x-amz-tagging-directive: COPY
          x-amz-checksum-algorithm: SHA1
          @owner
          @payer
        RestoreObject | POST | /{b}/cold?restore | | <RestoreRequest><Days>1</Days><Tier>Expedited</Tier></RestoreRequest>
          <Days>9
          <Tier>Standard
          <GlacierJobParameters/Tier>Standard
          <Description>text => ignored
          <Type>SELECT => NotImplemented
          <SelectParameters/Expression>x => NotImplemented
          <OutputLocation/S3/BucketName>x => NotImplemented
          <Unknown>1 => MalformedXML
          <GlacierJobParameters/Unknown>1 => MalformedXML
          @digests
          @version
          @owner
          @payer
        DeleteObject | DELETE | /{b}/k
          If-Match: "x" => PreconditionFailed
          x-amz-if-match-size: 5 => NotImplemented
          x-amz-if-match-last-modified-time: Thu, 01 Jan 1998 00:00:00 GMT => NotImplemented
          @delete
          @version
          @owner
          @payer
        DeleteObjects | POST | /{b}?delete | | <Delete><Object><Key>k</Key></Object></Delete>
          <Quiet>true
          <Object/Key>dir/a
          <Object/VersionId>null
          <Object/ETag>x
          <Object/Size>5
          <Object/LastModifiedTime>Thu, 01 Jan 1998 00:00:00 GMT
          <Object/Unknown>1 => MalformedXML
          <Unknown>1 => MalformedXML
          @digests
          @delete
          @owner
          @payer
        CreateMultipartUpload | POST | /{b}/new?uploads
          @stored
          x-amz-checksum-algorithm: SHA256
          x-amz-checksum-type: COMPOSITE => InvalidRequest
          @owner
          @payer
        UploadPart | PUT | /{b}/dir/a?partNumber=3&uploadId={u} | | new
          ?partNumber=4
          ?uploadId=x => NoSuchUpload
          @digests
          @sse-c
          @owner
          @payer
        UploadPartCopy | PUT | /{b}/dir/a?partNumber=3&uploadId={u} | x-amz-copy-source: {b}/k
          ?partNumber=4
          ?uploadId=x => NoSuchUpload
          @copy
          x-amz-copy-source-range: bytes=0-0
          @sse-c
          @owner
          @payer
        CompleteMultipartUpload | POST | /{b}/dir/a?uploadId={u} | | <CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{e}</ETag></Part></CompleteMultipartUpload>
          ?uploadId=x => NoSuchUpload
          <Part/PartNumber>2 => InvalidPart
          <Part/ETag>x => InvalidPart
          <Part/ChecksumCRC32>AAAAAQ== => InvalidPart
          <Part/ChecksumCRC32C>AAAAAQ== => InvalidPart
          <Part/ChecksumCRC64NVME>AAAAAAAAAAE= => InvalidPart
          <Part/ChecksumSHA1>AAAAAAAAAAAAAAAAAAAAAAAAAAA= => InvalidPart
          <Part/ChecksumSHA256>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= => InvalidPart
          x-amz-checksum-crc32: AAAAAQ== => InvalidRequest
          x-amz-checksum-crc32c: AAAAAQ== => InvalidRequest
          x-amz-checksum-crc64nvme: AAAAAAAAAAE= => BadDigest
          x-amz-checksum-sha1: AAAAAAAAAAAAAAAAAAAAAAAAAAA= => InvalidRequest
          x-amz-checksum-sha256: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= => InvalidRequest
          x-amz-checksum-type: COMPOSITE => InvalidRequest
          x-amz-mp-object-size: 9 => InvalidRequest
          If-Match: "x" => PreconditionFailed
          If-None-Match: * => PreconditionFailed
          @sse-c
          @owner
          @payer
        AbortMultipartUpload | DELETE | /{b}/dir/a?uploadId={u}
          ?uploadId=x => NoSuchUpload
          x-amz-if-match-initiated-time: Thu, 01 Jan 1998 00:00:00 GMT => NotImplemented
          @owner
          @payer
        @owner
          x-amz-expected-bucket-owner: 999999999999 => AccessDenied
        @payer
          x-amz-request-payer: requester => ignored
        @version
          ?versionId=7 => NotImplemented
        @grants
          x-amz-grant-full-control: id=1 => NotImplemented
          x-amz-grant-read: id=1 => NotImplemented
          x-amz-grant-read-acp: id=1 => NotImplemented
          x-amz-grant-write-acp: id=1 => NotImplemented
        @sse-c
          x-amz-server-side-encryption-customer-algorithm: AES256 => NotImplemented
          x-amz-server-side-encryption-customer-key: k => NotImplemented
          x-amz-server-side-encryption-customer-key-MD5: k => NotImplemented
        @delete
          x-amz-mfa: 1 2 => NotImplemented
          x-amz-bypass-governance-retention: true => ignored
        @list
          ?delimiter=/
          ?encoding-type=url
          ?prefix=k
          @owner
          @payer
        @read
          If-Match: "x" => PreconditionFailed
          If-None-Match: *
          If-Modified-Since: {now}
          If-Unmodified-Since: Thu, 01 Jan 1998 00:00:00 GMT => PreconditionFailed
          Range: bytes=0-0
          x-amz-checksum-mode: ENABLED
          ?partNumber=1
          ?response-cache-control=a
          ?response-content-disposition=a
          ?response-content-encoding=a
          ?response-content-language=a
          ?response-content-type=a
          ?response-expires=a
          @version
          @sse-c
          @owner
          @payer
        @write
          If-Match: "x" => PreconditionFailed
          If-None-Match: * => PreconditionFailed
        @digests
          Content-MD5: AAAAAAAAAAAAAAAAAAAAAA== => BadDigest
          x-amz-sdk-checksum-algorithm: CRC32 => InvalidRequest
          x-amz-checksum-crc32: AAAAAQ== => BadDigest
          x-amz-checksum-crc32c: AAAAAQ== => BadDigest
          x-amz-checksum-crc64nvme: AAAAAAAAAAE= => BadDigest
          x-amz-checksum-sha1: AAAAAAAAAAAAAAAAAAAAAAAAAAA= => BadDigest
          x-amz-checksum-sha256: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= => BadDigest
        @stored
          Cache-Control: a
          Content-Disposition: a
          Content-Encoding: a
          Content-Language: a
          Content-Type: a/b
          Expires: a
          x-amz-meta-b: 1
          x-amz-storage-class: STANDARD_IA
          x-amz-tagging: b=1
          x-amz-acl: public-read => NotImplemented
          @grants
          x-amz-website-redirect-location: /x => NotImplemented
          x-amz-object-lock-mode: GOVERNANCE => NotImplemented
          x-amz-object-lock-retain-until-date: 2030-01-01T00:00:00Z => NotImplemented
          x-amz-object-lock-legal-hold: ON => NotImplemented
          x-amz-server-side-encryption: AES256 => NotImplemented
          x-amz-server-side-encryption-aws-kms-key-id: k => NotImplemented
          x-amz-server-side-encryption-context: k => NotImplemented
          x-amz-server-side-encryption-bucket-key-enabled: true => NotImplemented
          @sse-c
        @copy
          x-amz-copy-source: {b}/parts
          x-amz-copy-source-if-match: "x" => PreconditionFailed
          x-amz-copy-source-if-none-match: * => PreconditionFailed
          x-amz-copy-source-if-modified-since: {now} => PreconditionFailed
          x-amz-copy-source-if-unmodified-since: Thu, 01 Jan 1998 00:00:00 GMT => PreconditionFailed
          x-amz-copy-source-server-side-encryption-customer-algorithm: AES256 => NotImplemented
          x-amz-copy-source-server-side-encryption-customer-key: k => NotImplemented
          x-amz-copy-source-server-side-encryption-customer-key-MD5: k => NotImplemented
          x-amz-source-expected-bucket-owner: 999999999999 => AccessDenied
        """;

    private static readonly Dictionary<string, string[]> Blocks = Regex.Split(Table.ReplaceLineEndings("\n"), "\n(?! )")
        .Select(static block => block.Split("\n  ")).ToDictionary(static lines => lines[0].Split('|')[0].Trim());

    /// <summary>Operations that Amazon does not document. They need a store that grants writes.</summary>
    internal static readonly string[] Additions = ["GrantPartWrites", "ReportWrittenParts"];

    private static readonly string[] Names = [.. Blocks.Keys.Where(static name => name[0] != '@')];

    public static TheoryData<string> Operations => [.. Names];

    [Fact]
    public void Every_operation_is_in_the_table() =>
        Assert.Equal(S3Operation.All.Select(static operation => operation.Name).Except(Additions).Order(), Names.Order());

    [Fact]
    public void The_parameters_that_are_ignored_are_documented() => Assert.Equal(
        Blocks.SelectMany(static block => block.Value.Skip(1)).Select(ParameterOf).Where(static row => row.Fate == Ignored)
            .Select(static row => $"`{row.Text.Trim('<').Split('>', ':')[0]}`").Distinct().Order(),
        Documentation.Rows("s3.md").Where(static row => row.Length == 2 && row[0].StartsWith('`')).Select(static row => row[0]).Order());

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_parameter_has_an_effect_or_is_refused_or_is_documented_as_ignored(string operation)
    {
        var usual = await AskAsync(operation, "");
        var wrong = new List<string>();
        foreach (var (text, fate) in Expand(Blocks[operation].Skip(1)))
        {
            var (answer, effect) = await AskAsync(operation, text);
            var isRight = fate switch
            {
                Ignored => effect == usual.Effect,
                "" => answer.Status < 400 && effect != usual.Effect,
                _ => answer.Status >= 400 && (answer.Body.Length == 0 || answer.Text.Contains($"<Code>{fate}</Code>", StringComparison.Ordinal)),
            };
            if (!isRight)
            {
                wrong.Add($"{text} => {fate}: {answer.Status} {answer.Text}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static (string Text, string Fate) ParameterOf(string line) => line.Split(" => ") is [var text, var fate] ? (text, fate) : (line, "");

    private static IEnumerable<(string Text, string Fate)> Expand(IEnumerable<string> lines) =>
        lines.SelectMany(static line => line[0] == '@' ? Expand(Blocks[line].Skip(1)) : [ParameterOf(line)]);

    /// <summary>Sends the request of an operation with a parameter, or without one if it is empty, to a new bucket. Returns the answer, and what
    /// it and the bucket show then.</summary>
    private async Task<(ApiAnswer Answer, string Effect)> AskAsync(string operation, string parameter)
    {
        var bucket = await s3.NewBucketAsync();
        await PutAsync("k", "hello", ("Content-Type", "text/plain"), ("x-amz-meta-a", "1"), ("x-amz-tagging", "a=0"));
        await PutAsync("dir/a", "first");
        await PutAsync("cold", "hello", ("x-amz-storage-class", "GLACIER"));
        await CompleteAsync("parts", await s3.NewUploadAsync($"/{bucket}/parts"));
        var upload = await s3.NewUploadAsync($"/{bucket}/dir/a");
        var tag = await PutPartAsync("dir/a", upload, 1);
        await PutPartAsync("dir/a", upload, 2);

        var (row, values) = (Blocks[operation][0].Split('|', StringSplitOptions.TrimEntries), parameter.Split('>', 2));
        var (method, target, body) = (row[1], Fill(row[2]), Fill(row.ElementAtOrDefault(4) ?? ""));
        var headers = (row.ElementAtOrDefault(3) ?? "").Split("; ", StringSplitOptions.RemoveEmptyEntries).Append(parameter)
            .Where(static text => text.Length > 0 && text[0] is not ('?' or '<')).Select(text => Fill(text).Split(": ", 2))
            .GroupBy(static pair => pair[0]).Select(static pairs => (pairs.Key, pairs.Last()[1])).ToArray();
        if (parameter.StartsWith('?'))
        {
            var name = parameter[1..(parameter.IndexOf('=', StringComparison.Ordinal) + 1)];
            target = Regex.Replace(target, $"(?<=[?&]){name}[^&]*", parameter[1..]) is var other && other != target ? other
                : target + (target.Contains('?', StringComparison.Ordinal) ? '&' : '?') + Fill(parameter[1..]);
        }
        else if (parameter.StartsWith('<'))
        {
            var element = XElement.Parse(body);
            foreach (var name in values[0][1..].Split('/'))
            {
                if (element.Element(name) is null)
                {
                    element.Add(new XElement(name));
                }

                element = element.Element(name)!;
            }

            element.Value = values[1];
            body = element.AncestorsAndSelf().Last().ToString(SaveOptions.DisableFormatting);
        }

        var answer = await s3.SendAsync(method, target, body, headers);
        var effect = Describe(answer);
        if (operation == "CreateMultipartUpload" && answer.Status == 200)
        {
            await CompleteAsync("new", Text(answer, "UploadId"));
        }

        if (operation == "RestoreObject")
        {
            s3.Clock.Advance(TimeSpan.FromMinutes(2));
        }

        foreach (var view in method is "GET" or "HEAD" ? [] : (string[])["?list-type=2", "?uploads", $"/dir/a?uploadId={upload}"])
        {
            effect += Describe(await s3.GetAsync($"/{bucket}{view}"));
        }

        foreach (var key in method is "GET" or "HEAD" ? [] : (string[])["k", "dir/a", "cold", "new"])
        {
            effect += Describe(await s3.SendAsync("HEAD", $"/{bucket}/{key}", headers: ("x-amz-checksum-mode", "ENABLED")));
            effect += Describe(await s3.GetAsync($"/{bucket}/{key}?tagging"));
        }

        return (answer, effect);

        string Fill(string text) => text.Replace("{b}", bucket, StringComparison.Ordinal).Replace("{u}", upload, StringComparison.Ordinal)
            .Replace("{e}", tag, StringComparison.Ordinal)
            .Replace("{now}", s3.Clock.Now.ToString("R", CultureInfo.InvariantCulture), StringComparison.Ordinal);

        async Task PutAsync(string key, string text, params (string, string)[] headers) =>
            (await s3.SendAsync("PUT", $"/{bucket}/{key}", text, headers)).Expect(200);

        async Task<string> PutPartAsync(string key, string id, int number) =>
            (await s3.SendAsync("PUT", $"/{bucket}/{key}?partNumber={number}&uploadId={id}", $"part {number}")).Expect(200).Header("ETag")!.Trim('"');

        async Task CompleteAsync(string key, string id) => (await s3.SendAsync(
            "POST", $"/{bucket}/{key}?uploadId={id}", CompletionDocument.Of((1, await PutPartAsync(key, id, 1))))).Expect(200);

        // Without what differs each time.
        string Describe(ApiAnswer shown)
        {
            string[] others = ["Date", "Last-Modified", "x-amz-request-id"];
            var all = string.Join('\n', shown.Headers.ExceptBy(others, static header => header.Key, StringComparer.OrdinalIgnoreCase).OrderBy(static header => header.Key)
                .Select(static header => $"{header.Key}: {header.Value}").Prepend($"{shown.Status}").Append(shown.Text));
            return Regex.Replace(
                all.Replace(bucket, "bucket", StringComparison.Ordinal),
                "<(UploadId|RequestId|LastModified|Initiated)>[^<]*|<Bucket><Name>(?!bucket</Name>).*?</Bucket>|<CreationDate>[^<]*|Content-Length: .*",
                "");
        }
    }

    /// <summary>A server whose standard restores take three hours.</summary>
    public sealed class ArchiveServer : S3Server
    {
        protected override GatewaySetup Setup => new()
        {
            Retrievals = new RetrievalPolicy { StandardDelay = TimeSpan.FromHours(3), ExpeditedDelay = TimeSpan.FromMinutes(1) },
        };
    }
}
