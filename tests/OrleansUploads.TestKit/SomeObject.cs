using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Hashing;
using OrleansUploads.Hashing.Checksums;

namespace OrleansUploads.TestKit;

/// <summary>Values of buckets, keys and objects for tests in which it does not matter which.</summary>
public static class SomeObject
{
    private static readonly Dictionary<string, string> TextMetadata = new() { ["content-type"] = "text/plain" };

    public static BucketName BucketName { get; } = BucketNamed("holiday-photos");

    public static BucketIncarnation Bucket { get; } = new(BucketName, 1);

    public static BucketDescription Description { get; } = new(Bucket, Some.Account, Some.Noon);

    public static KeyIndexId Objects { get; } = new(Bucket, KeyTree.Objects);

    public static KeyIndexId Uploads { get; } = new(Bucket, KeyTree.Uploads);

    public static LeafId ObjectLeaf { get; } = new(Objects, LeafName.First);

    public static LeafId UploadLeaf { get; } = new(Uploads, LeafName.First);

    public static BucketName BucketNamed(string text) =>
        BucketName.TryParse(text, out var name) ? name : throw new ArgumentException(text);

    public static ObjectKey Key(string text) => ObjectKey.TryParse(text, out var key) ? key : throw new ArgumentException(text);

    public static ObjectName Named(string key) => new(Bucket, Key(key));

    public static Md5Digest Md5(string content) => Md5Digest.Compute(System.Text.Encoding.UTF8.GetBytes(content));

    public static ObjectETag ETag(string content) => new(Md5(content), Parts: 0);

    public static KeyEntry Entry(string key, int upload, string content = "a") =>
        new(Key(key), Some.Upload(upload), Some.Noon, StorageClass.Standard, content.Length, ETag(content));

    public static KeyEntry UploadEntry(string key, int upload, int minute = 0) =>
        new(Key(key), Some.Upload(upload), Some.Noon.AddMinutes(minute), StorageClass.Standard);

    public static ObjectUploadSpec Spec(
        int upload = 1,
        string key = "2026/beach.jpg",
        UploadOrigin origin = UploadOrigin.Multipart,
        ChosenChecksum? checksum = null) =>
        new(Some.Upload(upload), Named(key), origin, Some.Noon, StorageClass.Standard, checksum, TextMetadata, Tags: null);

    /// <summary>A part that stands for some content; its length need not be that of the content.</summary>
    public static NumberedPart Part(int number, long lengthBytes, string content, int attempt = 1) => new(
        number,
        lengthBytes,
        Md5(content),
        Some.Hash(content),
        lengthBytes == 0 ? null : Some.Attempt(attempt),
        ChecksumHasher.Compute(ChecksumAlgorithm.Crc32, System.Text.Encoding.UTF8.GetBytes(content)));

    public static ChosenPart Chosen(int number, string content) => new(number, Md5(content), Checksum: null);
}
