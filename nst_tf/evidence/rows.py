"""The rows of the evidence: each claim, what the paper has, and what finds ours."""

from nst_tf.evidence import architecture, learning, looking, pictures
from nst_tf.evidence.row import Row

__all__ = ["ROWS"]

ZEILER = "Zeiler & Fergus 2013, arXiv 1311.2901"
SPRINGENBERG = "Springenberg et al. 2014, arXiv 1412.6806"
MAHENDRAN = "Mahendran & Vedaldi 2014, arXiv 1412.0035"
TEXTURES = "Gatys et al. 2015, arXiv 1505.07376"
STYLE = "Gatys et al. 2015, arXiv 1508.06576"
DREAMS = "Mordvintsev et al. 2015, Inceptionism"
CLASSES = "Simonyan et al. 2013, arXiv 1312.6034"

NOTHING = "Nothing: it is counted in the network that the package builds."
NO_IMAGENET = (
    "There is no ImageNet here: networks are trained on pieces of three pictures, a quarter as wide, for minutes."
)

ROWS = (
    Row(
        name="parameters",
        claim="The network has as many parameters as the paper's, and a texture as many numbers.",
        paper=f"{ZEILER}, figure 3; {TEXTURES}, figure 3",
        theirs="62,357,608, of which 3,726,464 convolutional; 177k for a texture of conv1_1 and pool1 to pool4, "
        "which is 176,640",
        make=architecture.parameters,
        command='import nst_tf\n\nprint(f"{nst_tf.zfnet().count_params():,}")',
        differs=NOTHING,
    ),
    Row(
        name="sizes",
        claim="Its maps have the sizes of the paper's.",
        paper=f"{ZEILER}, figure 3",
        theirs="110, 55, 26, 13, 13, 13, 13, 6 rows",
        make=architecture.sizes,
        command="import nst_tf\n\nnst_tf.zfnet().summary()",
        differs=f"{NOTHING} The paper does not say how much of the image a unit sees.",
    ),
    Row(
        name="first-layers",
        claim="AlexNet's first layer, 11x11 with stride 4, has few filters of middle frequencies and aliases the "
        "second; 7x7 with stride 2 mends both, and fewer features are dead.",
        paper=f"{ZEILER}, section 4.1 and figure 6",
        theirs="pictures of the filters and of the second layer's projections; no numbers",
        make=architecture.first_layers,
        command="nst-tf diagnose --model alexnet --model run/ --images photos/ -o diagnosis.png",
        differs=f"{NO_IMAGENET} Aliasing is a matter of geometry and shows all the same; which frequencies and how "
        "many filters are in use is a matter of what was learned, and from how much.",
    ),
    Row(
        name="top-nine",
        claim="The nine strongest activations of a filter have different patches and like projections.",
        paper=f"{ZEILER}, figure 2",
        theirs="pictures, of 50,000 images: layer 2 corners and edges, layer 3 textures, layer 5 whole objects",
        make=looking.top_nine,
        command="nst-tf top-activations --model alexnet --images photos/ -o top/",
        differs="AlexNet with ImageNet's weights, but the images are pieces of three pictures: the ninth strongest "
        "of so few is no strong activation, and whole objects are not among them. The figure needs many photographs. "
        "At first any margin of the cosine counted, and layer 5 held by 0.01 against 0.00; now it takes 0.05.",
    ),
    Row(
        name="evolution",
        claim="Lower layers settle within a few epochs, upper ones after 40 to 50; the strongest image jumps.",
        paper=f"{ZEILER}, section 4 and figure 4",
        theirs="pictures at epochs 1, 2, 5, 10, 20, 30, 40 and 64",
        make=learning.evolved,
        command="nst-tf train-convnet photos/ -o run/ && nst-tf evolution run/ -o evolution.png",
        differs=f"{NO_IMAGENET} The share of filters whose strongest image is another one than before says what the "
        "eye is to see.",
    ),
    Row(
        name="invariance",
        claim="Small transformations change the first layer much and the top layer little, about linearly for "
        "translation and scale; the output is not invariant to rotation.",
        paper=f"{ZEILER}, section 4.1 and figure 5",
        theirs="curves of 5 images; no numbers",
        make=looking.invariant,
        command="import nst_tf\n\n"
        'graph = nst_tf.Graph(nst_tf.open_network("alexnet-photos"))\n'
        'curves = nst_tf.invariance(graph, [nst_tf.read_image("photo.jpg")], ["relu1", "relu5"])',
        differs="One image, relu5 for the paper's layer 7, and a classifier of six kinds of photographs: the bundled "
        "AlexNet has no fully connected layers.",
    ),
    Row(
        name="occlusion",
        claim="Where the strongest map's projection is, a grey square takes its activation away, and the class with "
        "it.",
        paper=f"{ZEILER}, section 4.2 and figure 7",
        theirs="pictures of 3 images: where the object is covered, the class becomes another one",
        make=looking.covered,
        command="nst-tf occlude photo.jpg --model alexnet-photos -o occlusion.png",
        differs="The classifier has six kinds to choose from where the paper's has 1,000: what is left of a castle "
        "is still more of a monument than of a tool.",
    ),
    Row(
        name="correspondence",
        claim="The same part of different pictures is treated alike: covering it changes features more alike than "
        "covering random places.",
        paper=f"{ZEILER}, section 4.3 and table 1",
        theirs="layer 5, layer 7: right eye .067, .069; left eye .069, .068; nose .079, .069; random .107, .073",
        make=looking.corresponds,
        command="import nst_tf\n\nhelp(nst_tf.correspondence)  # images, and boxes of a part in each",
        differs="The package does not have the paper's five dogs: here the images are five "
        "views of one castle, shifted and darker or brighter, and the parts are two of its towers. That is an easier "
        "question than five individuals. Layers 4 and 5, for there is no layer 7.",
    ),
    Row(
        name="rules",
        claim="The gradient is noisy, the deconvnet is less so, guided backpropagation is the cleanest.",
        paper=f"{SPRINGENBERG}, section 3.4 and figure 3",
        theirs="pictures",
        make=looking.rules,
        command="nst-tf deconv photo.jpg --model alexnet --layer relu5 --strongest 4 --rule guided -o guided.png",
        differs="AlexNet has poolings where their network has none; the deconvnet goes through their switches.",
    ),
    Row(
        name="ablations",
        claim="Without fully connected layers, or without the middle convolutions, a network is a little worse; "
        "without both it is far worse. Larger middle layers are better.",
        paper=f"{ZEILER}, section 5.1 and table 3",
        theirs="top-1 error: all 40.5 %, without 3, 4 45.4 %, without 7 40.0 %, without 6, 7 44.8 %, without 3, 4, "
        "6, 7 71.3 %; 512-1024-512 maps 37.5 % (their own net 38.4 %)",
        make=learning.ablated,
        command="nst-tf ablate photos/ -o ablation/",
        differs=f"{NO_IMAGENET} Errors are of which quarter of which picture a piece is from, and cannot be compared "
        "with the paper's; only their order can. Pieces overlap, held-out ones too; and it is ZFNet that is varied, "
        "where the paper varies AlexNet. "
        "That without 3, 4, 6 and 7 it is worst was first asked as half as much error again as that of all, "
        "which it is not: with so many errors to begin with, it is losses that are compared.",
    ),
    Row(
        name="reconstructions",
        claim="The first layers keep nearly a photograph; with each layer, what is kept is less exact.",
        paper=f"{MAHENDRAN}, figure 6",
        theirs="pictures",
        make=pictures.reconstructions,
        command="nst-tf reconstruct photo.jpg --layer relu1 --layer relu5 --model alexnet -o layers.png",
        differs="AlexNet to relu5; the canvas is made of waves with the spectrum of photographs, and L-BFGS takes "
        "the place of gradient descent.",
    ),
    Row(
        name="textures",
        claim="With the first layer only, a texture is little more than noise; each layer more brings larger "
        "structures.",
        paper=f"{TEXTURES}, figure 2",
        theirs="pictures",
        make=pictures.textures,
        command="nst-tf texture foam.jpg --layers relu1_1=16,relu2_1=4 -o texture.png",
        differs="A piece of the great wave for the paper's photographs; 192 px and 150 evaluations for 256 px and "
        "2,000; means and covariances, compared by the 2-Wasserstein distance, for Gram matrices. What measures them "
        "is the same distance in a layer deeper than all of these, which sees larger structures. "
        "The measure was chosen after another: by the distance of patches, tried first, at 128 px, the four differ "
        "little, and the second is no nearer than the first. At 128 px, with 100 evaluations, all four fall by this "
        "one: 1.22, 1.19, 0.96, 0.83.",
    ),
    Row(
        name="texture-parameters",
        claim="About 177,000 parameters give good textures, and 10,000 still recognisable ones.",
        paper=f"{TEXTURES}, figure 3A",
        theirs="pictures of 1k, 10k, 177k and 852k parameters",
        make=pictures.textures_by_numbers,
        command="nst-tf texture foam.jpg --preset gatys --parameters 12416 -o texture.png",
        differs="As above, but by Gram matrices. The paper reduces the maps by principal components; here as many of "
        "the first layers are taken as have no more numbers, so these are one, two, three and five layers. "
        "By the distance of patches, tried first, at 128 px, the four fall in order, but differ little; by this one, "
        "the three small ones are about as far.",
    ),
    Row(
        name="style-layers",
        claim="With the style of more layers, structures get larger and the picture is nearer to the painting.",
        paper=f"{STYLE}, figure 3, rows",
        theirs="pictures",
        make=pictures.style_by_layers,
        command="nst-tf stylize photo.jpg painting.jpg --preset gatys --style-layers relu1_1=1 -o out.png",
        differs="256 px and 150 evaluations, from noise. The style distance is over all five layers, of VGG-16.",
    ),
    Row(
        name="style-ratio",
        claim="The larger the weight of the content, the more of the photograph is to be seen.",
        paper=f"{STYLE}, figure 3, columns",
        theirs="pictures of ratios 1e-5 to 1e-2",
        make=pictures.style_by_ratio,
        command="nst-tf compare photo.jpg painting.jpg --preset gatys --vary content-weight=3e-7,3e-5 -o sheet.png",
        differs="256 px and 150 evaluations, which leave speckle. The content distance is LPIPS, which no part of "
        "the objective knows.",
    ),
    Row(
        name="dreams",
        claim="Lower layers bring strokes and simple ornaments, higher ones parts of objects.",
        paper=DREAMS,
        theirs="pictures",
        make=pictures.dreams,
        command="nst-tf dream photo.jpg --layers relu4_3=1 -o dream.png",
        differs="VGG-16 for GoogLeNet. What an object is no number tells: here it is what a classifier by another "
        "network takes for an animal; there was none in the photograph. "
        "This measure was chosen after another: the mean frequency of what was added, tried first, rises "
        "with each layer, where larger structures would have it fall.",
    ),
    Row(
        name="classes",
        claim="A picture that maximises the score of a class shows what the class is to the network.",
        paper=f"{CLASSES}, section 2 and figure 1",
        theirs="pictures of 13 classes of ImageNet",
        make=pictures.classes,
        command="nst-tf visualize-features --model alexnet-photos --class animal -o class.png",
        differs="Six kinds of photographs, by a linear classifier on AlexNet, for 1,000 classes; waves and random "
        "moves for the L2 penalty. That the classifier recognises its picture proves only that the ascent did as it "
        "was told: what it shows is for the eye.",
    ),
)
