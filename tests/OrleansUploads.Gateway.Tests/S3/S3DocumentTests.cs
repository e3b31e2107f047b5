using System.Text.RegularExpressions;
using System.Xml.Linq;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>The XML documents of successful answers, element by element. Clients read them by name, and some by position.</summary>
public sealed partial class S3DocumentTests(S3Server s3) : IClassFixture<S3Server>
{
    private string _bucket = "";
    private string _upload = "";

    [Fact]
    public async Task The_documents_about_an_upload_have_Amazons_elements()
    {
        _bucket = await s3.NewBucketAsync();
        var target = $"/{_bucket}/a%20key";
        var begun = (await s3.SendAsync("POST", target + "?uploads", "")).Expect(200);
        _upload = Text(begun, "UploadId");
        Is(
            """
            <InitiateMultipartUploadResult>
                <Bucket>{bucket}</Bucket><Key>a key</Key><UploadId>{upload}</UploadId>
            </InitiateMultipartUploadResult>
            """,
            begun);
        (await s3.SendAsync("PUT", $"{target}?partNumber=1&uploadId={_upload}", "hello", ("x-amz-checksum-crc32", "NhCmhg=="))).Expect(200);
        Is(
            """
            <ListPartsResult>
                <Bucket>{bucket}</Bucket><Key>a key</Key><UploadId>{upload}</UploadId><PartNumberMarker>0</PartNumberMarker>
                <MaxParts>7</MaxParts><IsTruncated>false</IsTruncated><StorageClass>STANDARD</StorageClass>
                <Initiator><ID>111122223333</ID><DisplayName>111122223333</DisplayName></Initiator>
                <Owner><ID>111122223333</ID><DisplayName>111122223333</DisplayName></Owner>
                <Part>
                    <PartNumber>1</PartNumber><LastModified>{time}</LastModified><ETag>"5d41402abc4b2a76b9719d911017c592"</ETag>
                    <Size>5</Size><ChecksumCRC32>NhCmhg==</ChecksumCRC32>
                </Part>
            </ListPartsResult>
            """,
            (await s3.GetAsync($"{target}?uploadId={_upload}&max-parts=7&part-number-marker=0")).Expect(200));
        Is(
            """
            <ListMultipartUploadsResult>
                <Bucket>{bucket}</Bucket><KeyMarker /><UploadIdMarker /><Prefix>a</Prefix><EncodingType>url</EncodingType>
                <MaxUploads>1</MaxUploads><IsTruncated>false</IsTruncated>
                <Upload>
                    <Key>a+key</Key><UploadId>{upload}</UploadId>
                    <Initiator><ID>111122223333</ID><DisplayName>111122223333</DisplayName></Initiator>
                    <Owner><ID>111122223333</ID><DisplayName>111122223333</DisplayName></Owner>
                    <StorageClass>STANDARD</StorageClass><Initiated>{time}</Initiated>
                </Upload>
            </ListMultipartUploadsResult>
            """,
            (await s3.GetAsync($"/{_bucket}?uploads&prefix=a&encoding-type=url&max-uploads=1")).Expect(200));
        Is(
            """
            <ListMultipartUploadsResult>
                <Bucket>{bucket}</Bucket><KeyMarker /><UploadIdMarker /><Prefix /><Delimiter>k</Delimiter>
                <MaxUploads>1000</MaxUploads><IsTruncated>false</IsTruncated><CommonPrefixes><Prefix>a k</Prefix></CommonPrefixes>
            </ListMultipartUploadsResult>
            """,
            (await s3.GetAsync($"/{_bucket}?uploads&delimiter=k")).Expect(200));
        Is(
            """
            <CompleteMultipartUploadResult>
                <Location>{server}/{bucket}/a%20key</Location><Bucket>{bucket}</Bucket><Key>a key</Key>
                <ETag>"62109206880d38a4010a98e11243924a-1"</ETag><ChecksumCRC32>NhCmhg==</ChecksumCRC32>
                <ChecksumType>FULL_OBJECT</ChecksumType>
            </CompleteMultipartUploadResult>
            """,
            (await s3.SendAsync(
                "POST",
                $"{target}?uploadId={_upload}",
                "<CompleteMultipartUpload><Part><ETag>5d41402abc4b2a76b9719d911017c592</ETag><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>")).Expect(200));
        Is(
            """
            <GetObjectAttributesResponse>
                <ETag>62109206880d38a4010a98e11243924a-1</ETag>
                <Checksum><ChecksumCRC32>NhCmhg==</ChecksumCRC32><ChecksumType>FULL_OBJECT</ChecksumType></Checksum>
                <ObjectParts>
                    <PartsCount>1</PartsCount><PartNumberMarker>0</PartNumberMarker><NextPartNumberMarker>1</NextPartNumberMarker>
                    <MaxParts>1000</MaxParts><IsTruncated>false</IsTruncated>
                    <Part><PartNumber>1</PartNumber><Size>5</Size><ChecksumCRC32>NhCmhg==</ChecksumCRC32></Part>
                </ObjectParts>
                <StorageClass>STANDARD</StorageClass><ObjectSize>5</ObjectSize>
            </GetObjectAttributesResponse>
            """,
            (await s3.GetAsync($"{target}?attributes", ("x-amz-object-attributes", "ETag,Checksum,ObjectParts,StorageClass,ObjectSize"))).Expect(200));
    }

    [Fact]
    public async Task The_list_of_buckets_has_Amazons_elements()
    {
        _bucket = "document-tests";
        (await s3.SendAsync("PUT", $"/{_bucket}")).Expect(200);
        Is(
            """
            <ListAllMyBucketsResult>
                <Owner><ID>111122223333</ID><DisplayName>111122223333</DisplayName></Owner>
                <Buckets>
                    <Bucket>
                        <Name>{bucket}</Name><CreationDate>{time}</CreationDate><BucketRegion>us-east-1</BucketRegion>
                        <BucketArn>arn:aws:s3:::{bucket}</BucketArn>
                    </Bucket>
                </Buckets>
                <Prefix>{bucket}</Prefix>
            </ListAllMyBucketsResult>
            """,
            (await s3.GetAsync($"/?prefix={_bucket}")).Expect(200));
    }

    [Fact]
    public async Task The_documents_about_objects_have_Amazons_elements()
    {
        _bucket = await s3.NewBucketAsync();
        foreach (var key in (string[])["a", "b/1", "b/2"])
        {
            (await s3.SendAsync("PUT", $"/{_bucket}/{key}", "hello", ("x-amz-tagging", "t=1"))).Expect(200);
        }

        Is(
            """
            <ListBucketResult>
                <Name>{bucket}</Name><Prefix /><Delimiter>/</Delimiter><EncodingType>url</EncodingType><MaxKeys>1</MaxKeys>
                <Marker>0</Marker><NextMarker>a</NextMarker><IsTruncated>true</IsTruncated>
                <Contents>
                    <Key>a</Key><LastModified>{time}</LastModified><ETag>"5d41402abc4b2a76b9719d911017c592"</ETag>
                    <ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>5</Size>
                    <Owner><ID>111122223333</ID><DisplayName>111122223333</DisplayName></Owner>
                    <StorageClass>STANDARD</StorageClass>
                </Contents>
            </ListBucketResult>
            """,
            (await s3.GetAsync($"/{_bucket}?delimiter=/&max-keys=1&encoding-type=url&marker=0")).Expect(200));
        Is(
            """
            <ListBucketResult>
                <Name>{bucket}</Name><Prefix /><Delimiter>/</Delimiter><MaxKeys>1000</MaxKeys><KeyCount>2</KeyCount>
                <StartAfter>0</StartAfter><IsTruncated>false</IsTruncated>
                <Contents>
                    <Key>a</Key><LastModified>{time}</LastModified><ETag>"5d41402abc4b2a76b9719d911017c592"</ETag>
                    <ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType><Size>5</Size>
                    <Owner><ID>111122223333</ID><DisplayName>111122223333</DisplayName></Owner>
                    <StorageClass>STANDARD</StorageClass>
                </Contents>
                <CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>
            </ListBucketResult>
            """,
            (await s3.GetAsync($"/{_bucket}?list-type=2&delimiter=/&fetch-owner=true&start-after=0")).Expect(200));
        Is(
            """
            <ListVersionsResult>
                <Name>{bucket}</Name><Prefix>a</Prefix><MaxKeys>1000</MaxKeys><KeyMarker /><VersionIdMarker />
                <IsTruncated>false</IsTruncated>
                <Version>
                    <Key>a</Key><VersionId>null</VersionId><IsLatest>true</IsLatest><LastModified>{time}</LastModified>
                    <ETag>"5d41402abc4b2a76b9719d911017c592"</ETag><ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm>
                    <ChecksumType>FULL_OBJECT</ChecksumType><Size>5</Size>
                    <Owner><ID>111122223333</ID><DisplayName>111122223333</DisplayName></Owner>
                    <StorageClass>STANDARD</StorageClass>
                </Version>
            </ListVersionsResult>
            """,
            (await s3.GetAsync($"/{_bucket}?versions&prefix=a")).Expect(200));
        Is(
            """
            <Tagging>
                <TagSet>
                    <Tag><Key>t</Key><Value>1</Value></Tag>
                </TagSet>
            </Tagging>
            """,
            (await s3.GetAsync($"/{_bucket}/a?tagging")).Expect(200));
        Is(
            """
            <AccessControlPolicy>
                <Owner><ID>111122223333</ID><DisplayName>111122223333</DisplayName></Owner>
                <AccessControlList>
                    <Grant>
                        <Grantee xsi:type="CanonicalUser" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
                            <ID>111122223333</ID><DisplayName>111122223333</DisplayName>
                        </Grantee>
                        <Permission>FULL_CONTROL</Permission>
                    </Grant>
                </AccessControlList>
            </AccessControlPolicy>
            """,
            (await s3.GetAsync($"/{_bucket}/a?acl")).Expect(200));
        Is(
            """
            <CopyObjectResult>
                <LastModified>{time}</LastModified><ETag>"5d41402abc4b2a76b9719d911017c592"</ETag>
                <ChecksumCRC64NVME>M3eFcAZSQlc=</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType>
            </CopyObjectResult>
            """,
            (await s3.SendAsync("PUT", $"/{_bucket}/c", "", ("x-amz-copy-source", $"{_bucket}/a"))).Expect(200));
        Is(
            """
            <DeleteResult>
                <Deleted><Key>a</Key></Deleted>
                <Error>
                    <Key>c</Key><VersionId>9</VersionId><Code>NotImplemented</Code>
                    <Message>A header or query you provided implies functionality that is not implemented: VersionId.</Message>
                </Error>
            </DeleteResult>
            """,
            (await s3.SendAsync("POST", $"/{_bucket}?delete", "<Delete><Object><Key>a</Key></Object><Object><Key>c</Key><VersionId>9</VersionId></Object></Delete>")).Expect(200));
    }

    /// <summary>Compares documents without namespaces, white space between elements, and what differs in each run.</summary>
    private void Is(string expected, ApiAnswer answer)
    {
        var document = Servers.Replace(Times.Replace(answer.Text, "{time}"), "{server}")
            .Replace($" xmlns=\"{Namespace.Trim('{', '}')}\"", "", StringComparison.Ordinal)
            .Replace(_bucket, "{bucket}", StringComparison.Ordinal);
        document = _upload.Length == 0 ? document : document.Replace(_upload, "{upload}", StringComparison.Ordinal);
        Assert.Equal(XElement.Parse(expected).ToString(), XElement.Parse(document).ToString());
    }

    [GeneratedRegex(@"http://[^/<]+:\d+(?=/)")]
    private static partial Regex Servers { get; }

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")]
    private static partial Regex Times { get; }
}
