namespace OrleansUploads.Core.Tests.Keys;

public class LeafDriver(LeafId leaf, long maxBytes = KeyLeafDecider.DefaultMaxBytes)
    : DeciderDriver<KeyLeafState, KeyLeafCommand, KeyLeafEvent>(new KeyLeafDecider(maxBytes))
{
    protected static readonly PublicationVerdict Published = new PublicationVerdict.Published();
    protected static readonly PublicationVerdict Overtaken = new PublicationVerdict.Overtaken();

    protected static PublicationVerdict Failed(bool exists) => new PublicationVerdict.ConditionFailed(exists);

    protected static DeleteObject Delete(string key, PublishCondition? condition = null) => new(SomeObject.Key(key), condition);

    protected static SettlePublication Settle(string key, int upload) => new(SomeObject.Key(key), Some.Upload(upload));

    protected static FindObject Find(string key) => new(SomeObject.Key(key));

    protected static PublishCondition Matching(string content) => new(SomeObject.ETag(content));

    protected long Ticket(string key) => Ask(new TakeTicket(SomeObject.Key(key))).Number;

    protected override KeyLeafCommand Addressed(KeyLeafCommand command) => command with { Leaf = leaf };
}
