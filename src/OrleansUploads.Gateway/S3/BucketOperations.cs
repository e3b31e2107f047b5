using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Buckets;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Http.Bodies;

namespace OrleansUploads.Gateway.S3;

internal static class BucketOperations
{
    private const int MaxBuckets = 10_000;

    private static readonly string[] Parameters = ["max-buckets", "prefix", "continuation-token", "bucket-region"];

    /// <summary>Elements of a new bucket's configuration that ask for something that this server does not have.</summary>
    private static readonly string[] Unsupported = ["Bucket", "Location", "Tags"];

    /// <summary>Lists the account's buckets by name.</summary>
    public static async ValueTask<FrontAnswer> ListAsync(S3Call call)
    {
        var limit = S3Number.Read(call, "max-buckets", MaxBuckets);
        if (limit == 0)
        {
            throw S3Error.InvalidArgument(
                "max-buckets", "0", $"Argument max-buckets must be an integer between 1 and {MaxBuckets}.");
        }

        var prefix = call.Query.FirstValue("prefix") is { Length: > 0 } wanted ? wanted : null;
        var after = call.Query.FirstValue("continuation-token") ?? "";
        var page = await call.AskAsync(call.Account.Entity, new ListBuckets(after, limit, prefix));

        // Amazon names the region of each bucket only in answers to requests with a parameter.
        var isFiltered = Array.Exists(Parameters, name => call.Query.FirstValue(name) is { Length: > 0 });

        // All buckets are in the region of the server.
        if (call.Query.FirstValue("bucket-region") is { Length: > 0 } region && region != call.Region)
        {
            page = new BucketsPage([], HasMore: false);
        }

        return S3Xml.Answer("ListAllMyBucketsResult", xml =>
        {
            xml.WriteOwner("Owner", call.Account);
            xml.WriteStartElement("Buckets");
            foreach (var bucket in page.Buckets)
            {
                xml.WriteStartElement("Bucket");
                xml.WriteElementString("Name", bucket.Bucket.Name.ToString());
                xml.WriteElementString("CreationDate", S3Date.ToXml(bucket.CreatedAt));
                xml.WriteOptional("BucketRegion", isFiltered ? call.Region : null);
                xml.WriteElementString("BucketArn", ArnOf(bucket.Bucket.Name));
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
            if (page.HasMore)
            {
                xml.WriteElementString("ContinuationToken", page.Buckets[^1].Bucket.Name.ToString());
            }

            xml.WriteOptional("Prefix", prefix);
        });
    }

    /// <summary>Creates a bucket. The location constraint is ignored, because this server has no locations.</summary>
    public static async ValueTask<FrontAnswer> CreateAsync(S3Call call)
    {
        var name = S3Call.RequireName(call.Address.Bucket);
        await RequestDocument.ReadAsync(call, ReadConfiguration);
        var (created, isOfRepetition) = await call.Services.Host.AskTrackedAsync(
            call.Account.Entity, new CreateBucket(call.Account, name), call.Aborted);
        var bucket = call.OrRefuse(created);

        // In us-east-1 it makes no difference whether the bucket exists.
        return bucket.Existed && !isOfRepetition && call.Region != GatewayOptions.DefaultRegion
            ? throw new S3Error(
                S3ErrorCode.BucketAlreadyOwnedByYou,
                "Your previous request to create the named bucket succeeded and you already own it.",
                ("BucketName", name.ToString()))
            : FrontAnswer.Ok(("Location", $"{call.Exchange.Target.Prefix}/{name}"), (S3Headers.BucketArn, ArnOf(name)));
    }

    public static async ValueTask<FrontAnswer> HeadAsync(S3Call call)
    {
        var name = (await call.RequireBucketAsync()).Bucket.Name;
        return FrontAnswer.Ok(
            (S3Headers.BucketRegion, call.Region), (S3Headers.BucketArn, ArnOf(name)), (S3Headers.AccessPointAlias, "false"));
    }

    public static async ValueTask<FrontAnswer> DeleteAsync(S3Call call)
    {
        var name = (await call.RequireBucketAsync()).Bucket.Name;
        var (deleted, isOfRepetition) = await call.Services.Host.AskTrackedAsync(
            name.Entity, new DeleteBucket(name, call.Account), call.Aborted);

        // The bucket was there before, so it was deleted meanwhile: by the first command, or by another client's.
        return deleted.Refusal is { } refusal && !(isOfRepetition && refusal is ObjectRefusal.BucketNotFound)
            ? throw call.ErrorOf(refusal)
            : FrontAnswer.NoContent();
    }

    /// <summary>Returns the region of a bucket, which is empty for us-east-1.</summary>
    public static async ValueTask<FrontAnswer> GetLocationAsync(S3Call call)
    {
        await call.RequireBucketAsync();
        return S3Xml.Answer("LocationConstraint", xml =>
            xml.WriteString(call.Region == GatewayOptions.DefaultRegion ? "" : call.Region));
    }

    /// <summary>Without region and account: Amazon's names of buckets are unique everywhere.</summary>
    private static string ArnOf(BucketName name) => $"arn:aws:s3:::{name}";

    private static void Refuse(ElementReader element) => throw S3Error.NotImplemented(element.LocalName);

    /// <summary>Checks the configuration of a new bucket, which may be absent.</summary>
    private static object ReadConfiguration(ReceivedDocument document)
    {
        if (document.Length > 0)
        {
            ElementReader.ReadRoot(document, "CreateBucketConfiguration", static root => root.ReadChildren(
                [("LocationConstraint", static element => element.Skip()), .. Unsupported.Select(static name => (name, (Action<ElementReader>)Refuse))]));
        }

        return document;
    }
}
