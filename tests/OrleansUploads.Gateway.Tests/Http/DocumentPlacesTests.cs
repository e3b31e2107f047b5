using System.Net;
using OrleansUploads.Gateway.Http.Admission;

namespace OrleansUploads.Gateway.Tests.Http;

public sealed class DocumentPlacesTests
{
    private static readonly TrafficSource One = TrafficSource.Of(IPAddress.Parse("10.0.0.1"));
    private static readonly TrafficSource Other = TrafficSource.Of(IPAddress.Parse("10.0.1.1"));

    [Fact]
    public void A_new_document_takes_the_place_of_the_source_with_the_most()
    {
        var places = new DocumentPlaces(3, turns: 3);
        var canceled = new List<string>();
        foreach (var (source, name) in new[] { (Other, "other's"), (One, "first"), (One, "second"), (One, "third") })
        {
            Assert.NotNull(places.TryTake(source, () => canceled.Add(name)));
        }

        Assert.Equal(["first"], canceled);
    }

    [Fact]
    public async Task A_document_that_has_arrived_keeps_its_place_until_it_is_gone()
    {
        var places = new DocumentPlaces(1, turns: 1);
        var arrived = places.TryTake(One, () => Assert.Fail("The document has arrived."))!;
        await arrived.KeepAsync(default);
        Assert.Null(places.TryTake(Other, () => { }));

        arrived.Dispose();
        arrived.Dispose();
        using var next = places.TryTake(Other, () => { });
        Assert.NotNull(next);
        await next.KeepAsync(default);
        Assert.Null(places.TryTake(One, () => { }));
    }

    [Fact]
    public async Task Documents_that_have_arrived_are_worked_on_one_after_another()
    {
        var places = new DocumentPlaces(3, turns: 1);
        var first = places.TryTake(One, () => { })!;
        var second = places.TryTake(One, () => { })!;
        await first.KeepAsync(default);
        var turn = second.KeepAsync(default).AsTask();
        Assert.False(turn.IsCompleted);

        first.Dispose();
        await turn;
        second.Dispose();
    }

    [Fact]
    public async Task A_document_whose_client_has_left_does_not_take_a_turn()
    {
        var places = new DocumentPlaces(2, turns: 1);
        var first = places.TryTake(One, () => { })!;
        using var second = places.TryTake(One, () => { })!;
        await first.KeepAsync(default);
        using var left = new CancellationTokenSource();
        var turn = second.KeepAsync(left.Token).AsTask();
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => turn);
        second.Dispose();
        first.Dispose();

        using var third = places.TryTake(One, () => { })!;
        await third.KeepAsync(default);
    }
}
